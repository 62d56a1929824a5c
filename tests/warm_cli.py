"""The command line in processes that are forked from a warm interpreter: its imports, seconds long, are made once.

Each command is a process of its own all the same, with its own arguments, environment, directory, output and signals,
and ends as any other. This file is both the client and, run as a program, the process that forks.
"""

import atexit
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

#: What the commands import inside their functions.
_IMPORTED = (
    "litellm",
    "condor.experiments",
    "condor.cli.running",
    "condor.cli.main",
    "mlflow.tracking",
    "mlflow.genai",
)


class WarmProcess:
    """A command under way. Its output goes into files, so that it never waits for a reader."""

    def __init__(self, connection: socket.socket, out: Path, err: Path) -> None:
        self._connection = connection
        self._out = out
        self._err = err
        self._lines = connection.makefile("r")
        self.pid = int(self._lines.readline())
        self.returncode: int | None = None

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it without a chance to do anything."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float) -> int:
        """Its exit status, or minus the signal's number.

        Raises:
            TimeoutExpired: it is still there; it is killed.
        """
        if self.returncode is None:
            if not select.select([self._connection], [], [], timeout)[0]:
                self.kill()
                raise subprocess.TimeoutExpired(f"condor (said: {self.output()})", timeout)
            self.returncode = int(self._lines.readline())
            self._lines.close()
            self._connection.close()
        return self.returncode

    def output(self) -> tuple[str, str]:
        """(stdout, stderr) so far."""
        return self._out.read_text("utf-8"), self._err.read_text("utf-8")


class WarmInterpreter:
    """An interpreter that has imported what the commands need. Use it as a context manager."""

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self._directory = directory
        self._address = str(directory / "warm")
        self._environment = environment
        self._count = 0

    def __enter__(self) -> "WarmInterpreter":
        command = [sys.executable, __file__, self._address]
        # It ends when this end of its stdin is closed, also where this process is killed.
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, env=self._environment)
        until = time.monotonic() + 60
        while not os.path.exists(self._address):  # noqa: PTH110  # a socket is no file
            assert self._process.poll() is None, "the warm interpreter did not start"
            assert time.monotonic() < until
            time.sleep(0.02)
        return self

    def __exit__(self, *exc: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)

    def start(
        self,
        args: tuple[str, ...],
        directory: Path,
        environment: dict[str, str],
        file_size: int | None = None,
        prologue: str = "",
    ) -> WarmProcess:
        """Start a command, which can write at most `file_size` bytes into a file and executes `prologue` before."""
        self._count += 1
        out, err = (self._directory / f"{self._count}.{name}" for name in ("out", "err"))
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.connect(self._address)
        order = json.dumps([args, str(directory), environment, file_size, prologue])
        with out.open("wb") as out_file, err.open("wb") as err_file:
            socket.send_fds(connection, [order.encode() + b"\n"], [out_file.fileno(), err_file.fileno()])
            return WarmProcess(connection, out, err)


class WarmCli:
    """The `condor` command in a directory of its own; see `support.Cli`."""

    def __init__(
        self, interpreter: WarmInterpreter, directory: Path, environment: dict[str, str], prologue: str = ""
    ) -> None:
        self.directory = directory
        self._interpreter = interpreter
        self._environment = environment
        self._prologue = prologue

    def start(self, *args: str, **environment: str) -> WarmProcess:
        """Start a command."""
        merged = self._environment | environment
        return self._interpreter.start(args, self.directory, merged, prologue=self._prologue)

    def run(self, *args: str, timeout: float = 60, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return _ended(args, self.start(*args, **environment), timeout)

    def run_with_small_files(self, file_size: int, *args: str) -> subprocess.CompletedProcess[str]:
        """Run a command that cannot write more than so many bytes into a file, to its end."""
        process = self._interpreter.start(args, self.directory, self._environment, file_size)
        return _ended(args, process, 60)


def _ended(args: tuple[str, ...], process: WarmProcess, timeout: float) -> subprocess.CompletedProcess[str]:
    code = process.wait(timeout)
    return subprocess.CompletedProcess(args, code, *process.output())


def _serve(address: str) -> None:
    """Fork a process for every order; returns in that process only."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(f"{address}.new")
    listener.listen(64)
    os.rename(f"{address}.new", address)  # noqa: PTH104
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            os._exit(0)
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _supervise(connection)
            return
        connection.close()


def _supervise(connection: socket.socket) -> None:
    """Fork the command, and tell its id and how it ended; returns in the command's process only."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    data, fds, _, _ = socket.recv_fds(connection, 2**20, 2)
    while not data.endswith(b"\n"):
        data += connection.recv(2**20)
    pid = os.fork()
    if pid:
        connection.sendall(f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    connection.close()
    for source, target in zip((os.open(os.devnull, os.O_RDONLY), *fds), range(3), strict=True):
        os.dup2(source, target)
        os.close(source)
    _become(*json.loads(data))


def _become(args: list[str], directory: str, environment: dict[str, str], file_size: int | None, prologue: str) -> None:
    """Take a command's place in the world."""
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["condor", *args]
    if file_size is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that the write fails, as Python itself has it
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    exec(prologue, {})


class _End:
    """Ends a command once its threads have ended and its exit functions have run.

    Python would take all modules down after that. It touches every page for it that the process shares with the one
    that it was forked from, and took most of the time of most commands.
    """

    def __init__(self) -> None:
        self.status = 1

    def __call__(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(self.status)


if __name__ == "__main__":
    end = _End()
    atexit.register(end)  # registered first, called last
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    importlib.import_module("condor.runtime.environment").prepare_mlflow("")  # as before its import in a command
    for module in _IMPORTED:
        importlib.import_module(module)
    gc.freeze()  # so that a fork does not copy what it will never change
    _serve(sys.argv[1])
    try:
        importlib.import_module("condor.cli.main").main()
    except SystemExit as exc:
        end.status = exc.code if isinstance(exc.code, int) else int(exc.code is not None)
