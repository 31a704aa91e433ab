"""Programs of the shell and the system's identity: sh, sudo, command, echo, hostname, uname, date, id."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from fakes.host.output import Output, failed
from fakes.host.programs import find_program, program
from fakes.host.shell import run_argv, run_line

if TYPE_CHECKING:
    from fakes.host.machine import Machine


@program("sh", "bash")
def sh(machine: Machine, args: list[str], stdin: str) -> Output:
    if args[:1] == ["-c"] and len(args) > 1:
        return run_line(machine, args[1], stdin)
    if not args:
        return run_line(machine, stdin.replace("\n", " ; "))
    return failed(127, f"bash: {args[0]}: No such file or directory")


@program("sudo", package="sudo")
def sudo(machine: Machine, args: list[str], stdin: str) -> Output:
    return wrapped(machine, args, stdin)


@program("env")
def env(machine: Machine, args: list[str], stdin: str) -> Output:
    """A program run with further variables in its environment."""
    words = list(args)
    added: dict[str, str] = {}
    while words and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        added[name] = value
    before = machine.environment
    machine.environment = {**before, **added}
    try:
        return wrapped(machine, words, stdin)
    finally:
        machine.environment = before


@program("timeout", "nice")
def wrapped(machine: Machine, args: list[str], stdin: str) -> Output:
    """A program run through another one whose own options and assignments are passed over."""
    words = list(args)
    while words and (words[0].startswith("-") or "=" in words[0] or words[0].replace(".", "").isdigit()):
        words.pop(0)
    return run_argv(machine, words, stdin) if words else Output()


@program("command", "which", "type")
def command(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    names = [arg for arg in args if not arg.startswith("-")]
    found = [name for name in names if find_program(machine, name) is not None]
    return Output(0 if names and found == names else 1, "".join(f"/usr/bin/{name}\n" for name in found))


@program("true", ":")
def true(machine: Machine, args: list[str], stdin: str) -> Output:
    del machine, args, stdin
    return Output()


@program("false")
def false(machine: Machine, args: list[str], stdin: str) -> Output:
    del machine, args, stdin
    return Output(1)


@program("echo")
def echo(machine: Machine, args: list[str], stdin: str) -> Output:
    del machine, stdin
    return Output(0, " ".join(args) + "\n")


@program("hostname")
def hostname(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    name = (machine.files.read("/etc/hostname") or machine.name).strip()
    if args == ["-f"]:
        return Output(0, f"{name}.{machine.domain}\n")
    if args == ["-d"]:
        return Output(0, f"{machine.domain}\n")
    return Output(0, f"{name}\n")


@program("uname")
def uname(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    arch = machine.profile.cpu.arch
    values = {"-r": machine.kernel, "-m": arch, "-n": machine.name, "-s": "Linux", "-p": "unknown"}
    if "-a" in args:
        return Output(0, f"Linux {machine.name} {machine.kernel} {arch} GNU/Linux\n")
    return Output(0, " ".join(values[arg] for arg in args or ["-s"] if arg in values) + "\n")


@program("date")
def date(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    now = machine.now()
    form = next((arg[1:] for arg in args if arg.startswith("+")), "%a %b %d %H:%M:%S UTC %Y")
    form = form.replace("%s", str(int(now))).replace("%N", f"{int(now % 1 * 1e9):09d}")
    return Output(0, time.strftime(form, time.gmtime(now)) + "\n")


@program("id")
def identity(machine: Machine, args: list[str], stdin: str) -> Output:
    del machine, stdin
    return Output(0, {"-u": "0\n", "-un": "root\n"}.get(" ".join(args), "uid=0(root) gid=0(root) groups=0(root)\n"))


@program("whoami")
def whoami(machine: Machine, args: list[str], stdin: str) -> Output:
    del machine, args, stdin
    return Output(0, "root\n")


@program("nproc")
def nproc(machine: Machine, args: list[str], stdin: str) -> Output:
    del args, stdin
    return Output(0, f"{machine.profile.cpu.threads}\n")
