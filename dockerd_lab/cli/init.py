"""Provides the command that makes a repository a project of dockerd-lab."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from dockerd_lab.cli.help_examples import examples
from dockerd_lab.errors import BadInput
from dockerd_lab.init.files import EXAMPLE_FILES, project_files
from dockerd_lab.init.find import Found, find_configurations
from dockerd_lab.project import PROJECT_FILE


def register(app: typer.Typer) -> None:
    """Add the command to the `dockerd-lab` command."""
    app.command(epilog=examples("dockerd-lab init --dry-run", "dockerd-lab init ../hosts"))(init)


def init(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="the root of your repository")
    ] = Path(),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="print the files, and write none")
    ] = False,
) -> None:
    """Write dockerd-lab.yaml for the configurations that are there, tox.ini and files for CI.

    A file that exists is left as it is.
    """
    if not directory.is_dir():
        raise BadInput(f"{directory}: not a directory")
    found = find_configurations(directory)
    files = project_files(found, _refused(directory, found))
    if _exists(directory / PROJECT_FILE):  # what it declares needs no example
        files = {name: text for name, text in files.items() if name not in EXAMPLE_FILES}
    if dry_run:
        for name, text in files.items():
            exists = " (exists, and would be left as it is)" if _exists(directory / name) else ""
            print(f"# ----- {directory / name}{exists}\n{text}")
        return
    _write(directory, files)


def _exists(file: Path) -> bool:
    return file.exists() or file.is_symlink()


def _refused(directory: Path, found: Found) -> dict[str, str]:
    """Return why a configuration could not be validated as it lies, by its name.

    Without the packages of the extra `lab` nothing is tried.
    """
    try:
        from dockerd_lab.inputs.collect import collect  # noqa: PLC0415
    except ModuleNotFoundError:
        return {}
    refused = {}
    for name, parts in found.configurations.items():
        with tempfile.TemporaryDirectory(prefix="dockerd-lab-") as copy:
            try:
                collect([directory / part for part in parts], Path(copy))
            except BadInput as error:
                refused[name] = str(error)
    return refused


def _write(directory: Path, files: dict[str, str]) -> None:
    """Write the files that do not exist; if one cannot be written, none of them stays."""
    written: list[Path] = []
    try:
        for name, text in files.items():
            file = directory / name
            if _exists(file):
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as new:
                written.append(file)
                new.write(text)
    except OSError as error:
        for file in written:
            file.unlink()
        raise BadInput(f"{error.filename}: cannot be written: {error.strerror}") from None
    for name, text in files.items():
        if directory / name in written:
            print(f"{directory / name}: written")
        else:
            print(f"{directory / name}: exists, and is left as it is; it could have:")
            print("".join(f"    {line}\n" for line in text.splitlines()), end="")
    print("next: dockerd-lab validate   # tries them, in virtual machines")
