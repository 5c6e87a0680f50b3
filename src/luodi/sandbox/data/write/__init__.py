"""Write a generated hospital to where a tool expects a legacy system.

``folder`` makes CSV files as a hospital's 信息科 hands them over; ``database`` fills SQLite,
PostgreSQL, MySQL or MariaDB.
"""
