"""Tests see what a plain installation gives, made anew; tests of meaning and of the cache say so."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

os.environ["PLANLENS_NO_SEMANTIC"] = "1"
os.environ["PLANLENS_NO_CACHE"] = "1"
os.environ["PLANLENS_CACHE"] = tempfile.mkdtemp(prefix="planlens-test-")
atexit.register(shutil.rmtree, os.environ["PLANLENS_CACHE"], ignore_errors=True)
