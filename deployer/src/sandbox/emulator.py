"""Runs the AWS emulator for exactly as long as the process that started it.

Standard input is a pipe that nobody writes to. It closes when the other side lets go of it or dies, however
it dies. Then this whole process group goes, the functions that the emulator runs included, and so does the
directory that this file was put into.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading


def end_with_stdin():
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass  # Windows reports a broken pipe instead of its end.
    shutil.rmtree(os.path.dirname(os.path.abspath(__file__)), ignore_errors=True)
    if os.name == "nt":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(os.getpid())])
    elif os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


threading.Thread(target=end_with_stdin, daemon=True).start()

from ministack.app import main  # noqa: E402  (takes a while, so it comes after the watch has begun)
from ministack.services import lambda_svc  # noqa: E402

stop_workers = lambda_svc.invalidate_worker


def stop_workers_of_the_account(name, qualifier=None, account=None, region=None):
    """An update of a function's configuration would stop the functions of this name in all accounts and regions."""
    account = account or lambda_svc.get_account_id()
    stop_workers(name, qualifier=qualifier, account=account, region=region or lambda_svc.get_region())


lambda_svc.invalidate_worker = stop_workers_of_the_account
sys.argv = ["ministack"]
main()
