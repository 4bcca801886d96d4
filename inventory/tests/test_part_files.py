"""Photos and documents of a part: what is accepted, in which order, who sees them, what is left of them."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from clutch.feed.models import StreamEntry
from inventory.actions.parts import delete_part
from inventory.models import Part, PartDocument, PartPhoto
from inventory.tests.factories import PartFactory
from inventory.tests.test_parts import as_member
from inventory.tests.test_portal import signed_in
from orders.tests.pictures import jpeg
from shops.enums import Role
from shops.rules import PERMISSIONS, Act
from shops.tests.api.people import OUTSIDE, client, people

pytestmark = pytest.mark.django_db(transaction=True)

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def part(settings: Any, tmp_path: Path) -> Part:
    settings.PRIVATE_ROOT = tmp_path
    return PartFactory()


def photo(width: int = 900, height: int = 600, name: str = "front.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, jpeg(width, height), "image/jpeg")


def pdf(content: bytes = PDF, name: str = "sheet.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def kept(part: Part) -> list[str]:
    """The files under the part's folder."""
    folder = Path(part._meta.get_field("photos").related_model._meta.get_field("image").storage.location)  # type: ignore[union-attr]
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def base(part: Part) -> str:
    return f"/api/v1/inventory/parts/{part.pk}"


def content(answer: Any) -> bytes:
    """What a file's answer streams."""
    return b"".join(answer.streaming_content)


def send(caller: Any, part: Part, what: str, **files: Any) -> Any:
    return caller.post(f"{base(part)}/{what}", files, format="multipart")


def test_photo_is_cleaned_made_small_ordered_and_removed(part: Part) -> None:
    owner = client(people(part.shop)["owner"])
    made = [send(owner, part, "photos", photo=photo()).json() for _ in range(3)]
    assert [row["position"] for row in made] == [0, 1, 2]
    small = content(owner.get(made[0]["smallUrl"]))
    whole = owner.get(made[0]["url"])
    picture = Image.open(io.BytesIO(content(whole)))
    assert (picture.size, len(picture.getexif())) == ((900, 600), 0)
    assert Image.open(io.BytesIO(small)).size == (240, 160)
    assert (whole["Content-Type"], whole["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    ids = [row["photoId"] for row in made]
    ordered = owner.put(f"{base(part)}/photos", {"photoIds": [ids[2], ids[0]]}).json()["photos"]
    assert [row["photoId"] for row in ordered] == [ids[2], ids[0], ids[1]]
    assert owner.get(base(part)).json()["photoUrl"] == made[2]["smallUrl"]
    assert owner.delete(f"{base(part)}/photos/{ids[2]}").status_code == 204
    shown = owner.get(base(part)).json()
    assert (shown["photoUrl"], len(shown["photos"]), len(kept(part))) == (made[0]["smallUrl"], 2, 4)
    foreign = owner.put(f"{base(part)}/photos", {"photoIds": [ids[0], ids[0]]})
    assert (foreign.status_code, foreign.json()["errors"][0]["field"]) == (400, "photoIds")
    assert owner.delete(f"{base(part)}/photos/{ids[2]}").status_code == 404


def test_document_is_a_pdf_by_its_content(part: Part) -> None:
    owner = client(people(part.shop)["owner"])
    made = send(owner, part, "documents", file=pdf(name="Data sheet.pdf")).json()
    assert made["name"] == "Data sheet"
    shown = owner.get(made["url"])
    assert (content(shown), shown["Content-Type"]) == (PDF, "application/pdf")
    assert shown["Content-Security-Policy"] == "default-src 'none'; sandbox"
    refused = send(owner, part, "documents", file=pdf(b"<html>", "sheet.pdf"))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "file")
    assert owner.delete(f"{base(part)}/documents/{made['documentId']}").status_code == 204
    assert (PartDocument.objects.count(), kept(part)) == (0, [])


@pytest.mark.parametrize("limit", ["size", "count", "content"])
def test_what_is_too_much_or_no_photo_leaves_nothing(
    part: Part, limit: str, settings: Any, monkeypatch: Any
) -> None:
    owner = client(people(part.shop)["owner"])
    if limit == "size":
        settings.PHOTO_MAX_BYTES = 20
    if limit == "count":
        monkeypatch.setattr("inventory.actions.part_files.MOST_PHOTOS", 0)
        monkeypatch.setattr("inventory.actions.part_files.MOST_DOCUMENTS", 0)
    wrong = b"MZ" if limit == "content" else None
    bad = SimpleUploadedFile("a.jpg", wrong, "image/jpeg") if wrong else photo()
    answers = [
        send(owner, part, "photos", photo=bad),
        send(owner, part, "documents", file=pdf(wrong or PDF)),
    ]
    assert [answer.status_code for answer in answers] == [409 if limit == "count" else 400] * 2
    assert (PartPhoto.objects.count(), PartDocument.objects.count(), kept(part)) == (0, 0, [])
    assert not StreamEntry.objects.exists()


def test_files_are_for_members_and_changed_by_who_may(part: Part) -> None:
    persons = people(part.shop)
    owner = client(persons["owner"])
    picture = send(owner, part, "photos", photo=photo()).json()
    document = send(owner, part, "documents", file=pdf()).json()
    before = kept(part)
    for person, user in persons.items():
        caller = client(user)
        seen = OUTSIDE.get(person, 200)
        for url in (picture["url"], picture["smallUrl"], document["url"]):
            answer = caller.get(url)
            answer.close()
            assert answer.status_code == seen, (person, url)
        if seen != 200 or Role(person) not in PERMISSIONS[Act.EDIT_PARTS]:
            refused = [
                send(caller, part, "photos", photo=photo()),
                send(caller, part, "documents", file=pdf()),
                caller.put(f"{base(part)}/photos", {"photoIds": []}),
                caller.delete(picture["url"]),
                caller.delete(document["url"]),
            ]
            assert {answer.status_code for answer in refused} == {seen if seen != 200 else 403}, person
    assert kept(part) == before
    other = PartFactory(shop=part.shop)
    assert owner.get(picture["url"].replace(str(part.pk), str(other.pk))).status_code == 404


def test_files_go_with_the_part(part: Part) -> None:
    owner = client(people(part.shop)["owner"])
    send(owner, part, "photos", photo=photo())
    send(owner, part, "documents", file=pdf())
    assert len(kept(part)) == 3
    delete_part(part.pk, shop_id=part.shop_id, actor=as_member(part.shop))
    assert kept(part) == []


def test_page_takes_several_photos_and_says_which_is_none(part: Part) -> None:
    owner, address = signed_in(part.shop), f"/portal/parts/{part.pk}/files"

    def do(**said: Any) -> Any:
        return owner.post(address, said, headers={"HX-Request": "true"})

    broken = SimpleUploadedFile("broken.jpg", b"nothing", "image/jpeg")
    refused = do(do="photos", photos=[photo(), broken, photo()])
    assert (refused.status_code, "broken.jpg: " in refused.content.decode()) == (422, True)
    first, second = PartPhoto.objects.all()
    do(do="cover", row=second.pk)
    assert [row.pk for row in PartPhoto.objects.all()] == [second.pk, first.pk]
    do(do="earlier", row=first.pk)
    assert [row.pk for row in PartPhoto.objects.all()] == [first.pk, second.pk]
    do(do="document", file=pdf(), name="Drawing")
    page = owner.get(f"/portal/parts/{part.pk}").content.decode()
    assert (f"photos/{first.pk}/small" in page, "Drawing" in page) == (True, True)
    assert f"photos/{first.pk}/small" in owner.get("/portal/parts").content.decode()
    do(do="remove", row=first.pk)
    do(do="drop", row=PartDocument.objects.get().pk)
    assert (PartPhoto.objects.get(), PartDocument.objects.count()) == (second, 0)
    for empty in ("photos", "document"):
        assert do(do=empty).status_code == 422
    cashier = signed_in(part.shop, Role.CASHIER)
    assert cashier.post(address, {"do": "photos", "photos": [photo()]}).status_code == 403
    assert Client().post(address, {"do": "photos"}).status_code == 302
