"""Makes the toolchain's Python importable from the repository, where it is not installed."""

import os
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
TOOLCHAIN = os.path.join(ROOT, "lab", "toolchain")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(TOOLCHAIN, "server", "lib", "kingbase-lab"))
