"""A bank with its pictures in one file: the YAML at the top, the pictures at the paths that it names."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from quizapp.errors import BadFile, Fault
from quizapp.formats import bank_yaml
from quizapp.formats.picture_file import read_picture
from quizapp.formats.yaml_faults import locate
from quizapp.rules.items import Bank
from quizapp.rules.pictures import LARGEST, Picture, named

_MOST_YAML = 16_000_000


def is_zip(data: bytes) -> bool:
    return data[:4] == b"PK\x03\x04"


def read_bank(data: bytes, file: str) -> tuple[Bank, dict[str, Picture]]:
    """Raises BadFile with every fault of the bank and of the pictures that are there."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return _read(packed, file)
    except (zipfile.BadZipFile, zlib.error, RuntimeError):  # a password or an unknown compression is a RuntimeError
        raise BadFile([Fault("压缩包打不开，请不加密码重新打成 zip", file=file)]) from None


def _read(packed: zipfile.ZipFile, file: str) -> tuple[Bank, dict[str, Picture]]:
    yamls = [name for name in packed.namelist() if PurePosixPath(name).suffix in (".yaml", ".yml")]
    if len(yamls) != 1:
        raise BadFile([Fault(f"压缩包里应正好有一个 yaml 题库，现在有{len(yamls)}个", file=file)])
    text, folder = _bytes(packed, yamls[0], _MOST_YAML), PurePosixPath(yamls[0]).parent
    bank = bank_yaml.read_bank(text, file)
    found: dict[str, Picture] = {}
    faults = []
    there = set(packed.namelist())
    for field, path in named(bank.items):
        inside = str(folder / path)
        if path in found or inside not in there:
            continue
        try:
            found[path] = read_picture(_bytes(packed, inside, LARGEST))
        except ValueError as error:
            faults.append(Fault(f"{path}：{error}", field=field))
    if faults:
        raise BadFile(locate(faults, text, file))
    return bank, found


def _bytes(packed: zipfile.ZipFile, name: str, most: int) -> bytes:
    """One byte more than is allowed at most: what a small file unpacks to is not believed before it is counted."""
    with packed.open(name) as entry:
        return entry.read(most + 1)


def write_bank(bank: Bank, images: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in ((f"{bank.code}.yaml", bank_yaml.write_bank(bank)), *sorted(images.items())):
            packed.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()
