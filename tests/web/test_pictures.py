"""Pictures of banks: stored once, reached by their hash, served so that a drawing can do nothing; a new picture is a new version."""

import io
import zipfile
from dataclasses import replace

import pytest
from factories import MARKER, PICTURES, YARD, World, every_kind
from sqlalchemy import func, select

from quizapp.errors import Invalid
from quizapp.formats import bank_yaml, bank_zip
from quizapp.models.banks import BankImage
from quizapp.rules.pictures import Picture
from quizapp.services import banks, pictures
from quizapp.services.audit import CLI

PATH = "images/yard.png"
ADDRESS = f"/pictures/{PICTURES[PATH].content_hash}"
OTHER = Picture("image/svg+xml", 1000, 667, YARD.replace(b"#dde3ea", b"#000000"))


def import_kinds(world: World, images=PICTURES):
    with world.database.write() as session:
        version, is_new = banks.import_bank(session, CLI, every_kind(), world.clock(), images=images)
        return version.content_hash, is_new


def test_a_picture_comes_with_a_policy_of_its_own_and_is_kept_for_ever(world: World, sign_in):
    import_kinds(world)
    reply = sign_in().http.get(ADDRESS)
    assert reply.status_code == 200 and reply.data == YARD and reply.content_type == "image/svg+xml"
    policy = reply.headers.getlist("Content-Security-Policy")
    assert (
        len(policy) == 1 and "default-src 'none'" in policy[0] and "sandbox" in policy[0] and "script" not in policy[0]
    )
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in reply.headers["Cache-Control"] and "public" in reply.headers["Cache-Control"]
    assert "Cookie" not in reply.headers.get("Vary", "") and "Set-Cookie" not in reply.headers


@pytest.mark.parametrize("name", ["0" * 64, "x", "..%2f..%2fetc%2fpasswd"])
def test_what_is_not_there_is_not_found(world: World, sign_in, name: str):
    assert sign_in().http.get(f"/pictures/{name}").status_code == 404


def test_the_same_picture_is_stored_once_and_another_makes_a_new_version(world: World):
    first = import_kinds(world)
    assert import_kinds(world) == (first[0], False)
    second = import_kinds(world, {PATH: OTHER})
    assert second[1] and second[0] != first[0]
    with world.database.read() as session:
        assert session.scalar(select(func.count()).select_from(BankImage)) == 2
        found = pictures.shown_by_bank(session, {"old": first[0], "new": second[0]})
    assert found["old"][PATH].address == ADDRESS != found["new"][PATH].address


def test_a_bank_without_its_pictures_is_refused_by_name(world: World):
    with pytest.raises(Invalid) as told:
        import_kinds(world, {})
    assert PATH in str(told.value)


def test_a_bank_that_comes_again_without_pictures_keeps_those_it_had(world: World):
    import_kinds(world)
    with world.database.write() as session:
        bank = every_kind()
        changed = replace(bank, items=(replace(bank.items[0], stem="第1题改过"), *bank.items[1:]))
        version, is_new = banks.import_bank(session, CLI, changed, world.clock())
        assert is_new and version.images[PATH][0] == PICTURES[PATH].content_hash


def packed(yaml: bytes, images: dict[str, bytes], folder: str = "") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(f"{folder}kinds.yaml", yaml)
        for path, data in images.items():
            archive.writestr(f"{folder}{path}", data)
    return made.getvalue()


def upload(olga, data: bytes, name: str = "kinds.zip"):
    return olga.http.post(
        "/organiser/banks/upload",
        data={"file": (io.BytesIO(data), name), "csrf_token": olga.token},
        headers={"X-CSRFToken": olga.token},
    )


@pytest.mark.parametrize("folder", ["", "各种题/"])
def test_the_organiser_uploads_a_bank_with_its_pictures_and_takes_both_home(world: World, sign_in, folder: str):
    olga = sign_in("olga")
    reply = upload(olga, packed(bank_yaml.write_bank(every_kind()), {PATH: YARD}, folder))
    assert reply.status_code == 302, reply.get_data(as_text=True)
    page = olga.http.get(reply.headers["Location"]).get_data(as_text=True)
    assert ADDRESS in page and f"{MARKER}一" in page and "bank.zip" in page and "5±0.375米" in page
    home = olga.http.get(f"{reply.headers['Location']}/bank.zip").data
    bank, images = bank_zip.read_bank(home, "x.zip")
    assert bank == every_kind() and images[PATH].data == YARD


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (packed(bank_yaml.write_bank(every_kind()), {}), "images/yard.png"),
        (
            packed(
                bank_yaml.write_bank(every_kind()),
                {PATH: b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><script/></svg>"},
            ),
            "&lt;script&gt;",
        ),
        (packed(b"bank: x", {}), "title"),
        (packed(bank_yaml.write_bank(every_kind()), {"other.yaml": b""}), "有2个"),
        (b"PK\x03\x04broken", "打不开"),
    ],
)
def test_a_package_with_faults_is_refused_with_all_of_them(world: World, sign_in, data: bytes, word: str):
    reply = upload(sign_in("olga"), data)
    assert reply.status_code == 400 and word in reply.get_data(as_text=True)
    with world.database.read() as session:
        assert [bank.code for bank in banks.list_banks(session)] == ["tests"]
