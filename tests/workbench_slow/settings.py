from luodi.workbench.settings import *  # noqa: F403
from luodi.workbench.settings import INSTALLED_APPS as OWN

INSTALLED_APPS = [*OWN, "workbench_slow"]
