"""A driver that is not there: it writes down what it is told and answers from a list."""

import re


class Driver:
    """Answers by the first pattern that a statement matches; an exception is raised."""

    def __init__(self, answers):
        self.answers = [(re.compile(pattern, re.S), answer) for pattern, answer in answers]
        self.said = []
        self.autocommit = True

    def cursor(self):
        return Cursor(self)

    def commit(self):
        self.said.append(("commit", ()))

    def rollback(self):
        self.said.append(("rollback", ()))

    def close(self):
        self.said.append(("close", ()))

    def answer(self, sql):
        for pattern, answer in self.answers:
            if pattern.search(sql):
                if isinstance(answer, Exception):
                    raise answer
                return answer
        return []

    def statements(self, *beginnings):
        return [sql for sql, _ in self.said if sql.startswith(beginnings)]


class Cursor:
    def __init__(self, driver):
        self.driver = driver
        self.rows = []
        self.description = None

    def execute(self, sql, params=()):
        self.driver.said.append((sql, tuple(params)))
        self.rows = list(self.driver.answer(sql))
        self.description = [("x",)]

    def executemany(self, sql, rows):
        self.driver.said.append((sql, tuple(rows)))
        self.driver.answer(sql)

    def var(self, _):
        return Variable()

    def fetchall(self):
        return self.rows

    def fetchmany(self, size):
        taken, self.rows = self.rows[:size], self.rows[size:]
        return taken

    def close(self):
        pass


class Variable:
    def getvalue(self):
        return "0"
