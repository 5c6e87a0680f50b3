# `make` alone lists the targets. Set-up happens by itself, once, in .venv, and again only when a
# lock, pyproject.toml or the version changes. PYTHON=/path/to/python3 chooses the interpreter.

VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
RUN := $(VENV)/.ready-run
DEV := $(VENV)/.ready-dev
# Peers of benchmarks and what only soak tests need (Spark, half a gigabyte) stay out of .venv.
BENCH := .venv-bench/.ready
SOAK := .venv-soak/.ready

export PYTHON
# The interpreter is the host's or the one that was named, never one fetched behind the user's back.
export UV_PYTHON_DOWNLOADS := never

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.PHONY: help demo check test lint bench soak lock clean system-packages

help: ## 列出全部目标 · list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | \
	  while IFS='|' read -r name text; do printf '  make %-6s %s\n' "$$name" "$$text"; done

# The development environment contains the run-time one: where it is, the demo uses it.
demo: $(if $(wildcard $(DEV)),$(DEV),$(RUN)) ## 安装、演示并打开工作台 · set up, show what Luodi does and open the workbench
	@$(BIN)/luodi demo --serve

# A file of tests stays with one worker: what its module prepares is prepared once. Four workers at
# most, since each starts the servers it needs.
AT_ONCE := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: lint ## 静态检查和快速测试，三分钟内 · static checks and fast tests, within three minutes
	$(BIN)/pytest $(AT_ONCE) -m "not slow and not soak"

test: system-packages lint ## 全部测试，长时测试除外 · everything but the soak tests
	$(BIN)/pytest $(AT_ONCE) -m "not soak"

lint: $(DEV) ## 静态检查 · static checks: ruff, mypy, import-linter
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(BENCH) ## 性能测量，与同类并列 · measure, side by side with the peers
	@set -e; for script in $$(grep -l '^if __name__' benchmarks/*.py); do \
	  echo "== $$script"; $(dir $(BENCH))bin/python "$$script"; \
	done

# pytest exits with 5 when no test carries the mark.
soak: $(SOAK) ## 长时测试 · the soak tests
	$(dir $(SOAK))bin/pytest -m soak || [ $$? -eq 5 ]

# Pins stay as they are while they satisfy pyproject.toml; `make lock UPGRADE=1` moves them.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
  $(if $(UPGRADE),--upgrade)

DRIVERS := --extra gm --extra mssql --extra oracle --extra odbc

lock: $(UV) ## 重新锁定依赖，UPGRADE=1 升级 · lock the dependencies anew, UPGRADE=1 moves the pins
	$(COMPILE) --group installer --output-file requirements/uv.txt
	$(COMPILE) pyproject.toml --output-file requirements/run.txt
	$(COMPILE) --group editable --constraints requirements/run.txt \
	  --output-file requirements/build.txt
	$(COMPILE) pyproject.toml --group dev $(DRIVERS) --constraints requirements/run.txt \
	  --output-file requirements/dev.txt
	$(COMPILE) pyproject.toml --group soak $(DRIVERS) --constraints requirements/dev.txt \
	  --output-file requirements/soak.txt
	$(COMPILE) pyproject.toml --group bench --constraints requirements/run.txt \
	  --output-file requirements/bench.txt
	$(COMPILE) --group gnuhealth --output-file requirements/gnuhealth.txt

clean: ## 删除环境、缓存和构建结果 · remove the environment, caches and build results
	rm -rf $(VENV) $(dir $(BENCH) $(SOAK)) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

system-packages:
	@tools/system-packages -r requirements/debian.txt

$(UV): requirements/uv.txt tools/venv
	@tools/venv $(VENV)
	@touch $@

# The stem of a stamp names its lock.
define install
@$(UV) pip sync --quiet --python $(@D)/bin/python --require-hashes requirements/$*.txt \
  $(if $(filter run,$*),requirements/build.txt)
@$(UV) pip install --quiet --python $(@D)/bin/python --no-deps --no-build-isolation --editable .
@touch $@
endef

ASSETS := requirements/npm/package.json requirements/npm/package-lock.json tools/assets.py

$(RUN) $(DEV): $(VENV)/.ready-%: requirements/%.txt $(UV) pyproject.toml src/luodi/__init__.py $(ASSETS)
	$(install)

$(BENCH) $(SOAK): .venv-%/.ready: requirements/%.txt $(UV) pyproject.toml src/luodi/__init__.py $(ASSETS)
	@$(UV) venv --quiet --allow-existing --python $(BIN)/python $(@D)
	$(install)
