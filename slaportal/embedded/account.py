"""As whom the servers run: PostgreSQL refuses root, so root lends both servers an account without rights.

Anybody else runs them as himself, and nothing here is called. As root: the account `slaportal` is made when it is
missing (where accounts cannot be made, `nobody` serves), it owns the data and the sockets, and directories above them
that others may not pass get the right to pass (not to list). Every one of these acts is said.
"""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from slaportal.embedded.console import EmbeddedError, say

NAME = "slaportal"
PASS = stat.S_IXOTH
READ = stat.S_IROTH
EFFECTIVE = os.access in os.supports_effective_ids


def account_for(data: Path) -> pwd.struct_passwd | None:
    """As whom to run the server of that data directory; None for whoever we are."""
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        try:  # a data directory of somebody who started the demo as himself stays his
            return pwd.getpwuid(data.stat().st_uid)
        except KeyError:
            pass
    return _found(NAME) or _made() or _nobody()


def _found(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _made() -> pwd.struct_passwd | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    made = subprocess.run(  # noqa: S603 - our own words
        [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", NAME],
        capture_output=True,
        text=True,
        check=False,
    )
    account = _found(NAME)
    if account is not None:
        say(f"Running as root: made the account {NAME} (uid {account.pw_uid}) for the embedded servers.")
    else:
        say(f"Running as root: the account {NAME} could not be made ({made.stderr.strip()}).")
    return account


def _nobody() -> pwd.struct_passwd:
    account = _found("nobody")
    if account is None:
        raise EmbeddedError(
            "no_account",
            f"PostgreSQL does not run as root, and there is neither an account {NAME} nor a way to make it: "
            f"add one (useradd --system {NAME}), or start as another user.",
        )
    say("Running as root: the embedded servers run as nobody.")
    return account


def owned(directory: Path, account: pwd.struct_passwd | None) -> None:
    """Makes the directory when it is missing, private to the account, with all that is in it."""
    try:
        directory.mkdir(mode=0o700, parents=False, exist_ok=True)
        if account is None:
            if not os.access(directory, os.R_OK | os.W_OK | os.X_OK, effective_ids=EFFECTIVE):
                raise PermissionError(f"it belongs to the uid {directory.stat().st_uid}")
            return
        if directory.stat().st_uid != account.pw_uid:
            for path in (directory, *directory.rglob("*")):
                os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
        directory.chmod(0o700)
    except OSError as error:
        raise unwritable(directory, error) from error


def unwritable(path: Path, error: OSError) -> EmbeddedError:
    """That nothing can be written there, and what to do."""
    if error.errno is not None and os.strerror(error.errno) == "No space left on device":
        return disk_full(path)
    return EmbeddedError(
        "not_writable",
        f"{path} cannot be used: {error.strerror or error}. Was the demo started as root before? Start it as the owner "
        "again, or choose another directory by PORTAL_VAR=/some/directory.",
    )


def disk_full(path: Path) -> EmbeddedError:
    """That the disk is full, and what to do."""
    return EmbeddedError(
        "disk_full",
        f"The disk of {path} is full: make room, or choose a directory on another disk by PORTAL_VAR=/some/directory.",
    )


def make_passable(target: Path, account: pwd.struct_passwd | None) -> None:
    """Lets the account pass all directories above the target."""
    if account is None:
        return
    for directory in reversed(target.parents):
        found = directory.stat()
        if found.st_uid != account.pw_uid and not found.st_mode & PASS:
            directory.chmod(stat.S_IMODE(found.st_mode) | PASS)
            say(f"Running as root: let the account {account.pw_name} pass {directory} (chmod o+x).")


def make_readable(directory: Path) -> None:
    """Lets everybody read an installed wheel, for what root's umask kept to itself."""
    say(f"Running as root: let the servers' account read {directory} (chmod -R o+rX).")
    for path in (directory, *directory.rglob("*")):
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        runs = PASS if path.is_dir() or mode & stat.S_IXUSR else 0
        path.chmod(mode | READ | runs)
