"""The blob service: containers, blobs, ranges, conditions, block lists, and signatures that really are checked."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.local.conftest import Client

XML = "application/xml"


def container(client: Client, name: str = "some-data") -> tuple[str, str]:
    """Path and signature of a container that is there."""
    path, _, sas = client.container(name).partition("?")
    return path, sas


def code(answer: object) -> str:
    return str(answer.headers["x-ms-error-code"])  # type: ignore[attr-defined]


def test_older_clients_make_the_container_newer_ones_rely_on_it(make_client: Callable[..., Client]) -> None:
    old, new = make_client("2025-12-01-preview"), make_client("2026-01-15-preview")
    path, sas = container(old)
    missing = old.http.put(f"{path}/inputData?{sas}", content=b"x", headers={"x-ms-blob-type": "BlockBlob"})
    assert (missing.status_code, code(missing), missing.headers["content-type"]) == (404, "ContainerNotFound", XML)
    assert old.http.put(f"{path}?restype=container&{sas}").status_code == 201
    again = old.http.put(f"{path}?restype=container&{sas}")
    assert (again.status_code, code(again)) == (409, "ContainerAlreadyExists")
    found = old.http.get(f"{path}?restype=container&{sas}")
    assert found.status_code == 200
    assert found.headers["etag"]
    assert new.put_blob(new.container("some-data"), "inputData", b"x").status_code == 201


@pytest.mark.parametrize("name", ["", "A-b", "a", "a--b", "-ab", "x" * 64, None, 3])
def test_container_names_follow_the_rules(client: Client, name: object) -> None:
    assert client.call("POST", "/storage/sasUri", {"containerName": name}).status_code == 400


def test_ranges(client: Client) -> None:
    path, sas = container(client)
    client.put_blob(f"{path}?{sas}", "b", b"0123456789")
    uri = f"{path}/b?{sas}"
    whole = client.http.get(uri)
    assert (whole.status_code, whole.content, whole.headers["content-length"]) == (200, b"0123456789", "10")
    for header in ("Range", "x-ms-range"):
        part = client.http.get(uri, headers={header: "bytes=2-4"})
        assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"234", "bytes 2-4/10")
    assert client.http.get(uri, headers={"Range": "bytes=7-"}).content == b"789"
    assert client.http.get(uri, headers={"Range": "bytes=7-99999"}).headers["content-range"] == "bytes 7-9/10"
    past = client.http.get(uri, headers={"Range": "bytes=10-11"})
    assert (past.status_code, code(past)) == (416, "InvalidRange")
    assert client.http.get(uri, headers={"Range": f"bytes={'9' * 5000}-"}).status_code == 200  # no range at all
    head = client.http.head(uri)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "10")
    assert head.headers["last-modified"].endswith("GMT")
    client.put_blob(f"{path}?{sas}", "empty", b"")
    assert client.http.get(f"{path}/empty?{sas}", headers={"Range": "bytes=0-5"}).status_code == 416
    gone = client.http.head(f"{path}/nothing?{sas}")
    assert (gone.status_code, code(gone), gone.content) == (404, "BlobNotFound", b"")


def test_conditions(client: Client) -> None:
    """If-None-Match: * tells a client whether its first, unclear upload arrived."""
    uri = client.container("some-data")
    path, _, sas = uri.partition("?")
    assert client.put_blob(uri, "b", b"1", If_None_Match="*").status_code == 201
    again = client.put_blob(uri, "b", b"2", If_None_Match="*")
    assert (again.status_code, code(again)) == (409, "BlobAlreadyExists")
    etag = client.http.get(f"{path}/b?{sas}").headers["etag"]
    assert client.http.get(f"{path}/b?{sas}", headers={"If-Match": etag}).content == b"1"
    assert client.http.get(f"{path}/b?{sas}", headers={"If-None-Match": etag}).status_code == 304
    client.put_blob(uri, "b", b"3")
    changed = client.http.get(f"{path}/b?{sas}", headers={"If-Match": etag})
    assert (changed.status_code, code(changed)) == (412, "ConditionNotMet")
    assert client.put_blob(uri, "b", b"4", If_Match=etag).status_code == 412


def test_refused_uploads(client: Client) -> None:
    uri = client.container("some-data")
    path, _, sas = uri.partition("?")
    assert code(client.http.put(f"{path}/b?{sas}", content=b"x")) == "InvalidHeaderValue"
    assert code(client.put_blob(uri, "b", b"x", Content_MD5="AAAA")) == "Md5Mismatch"
    assert code(client.http.put(f"{path}/b?comp=blocklist&{sas}", content=b"<BlockList><La")) == "InvalidXmlDocument"
    assert code(client.http.put(f"{path}/b?comp=page&{sas}", content=b"x")) == "InvalidQueryParameterValue"
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><BlockList><Latest>&a;</Latest></BlockList>'
    assert client.http.put(f"{path}/b?comp=blocklist&{sas}", content=bomb).status_code == 400


def test_signatures_are_checked(make_client: Callable[..., Client]) -> None:
    now = [1_700_000_000_000_000_000]
    client = make_client(clock=lambda: now[0], sas_lifetime=60)
    uri = client.container("some-data")
    path, _, sas = uri.partition("?")
    client.put_blob(uri, "b", b"secret")
    blob_sas = client.call("POST", "/storage/sasUri", {"containerName": "some-data", "blobName": "b"}).json()["sasUri"]
    assert parse_qs(urlsplit(blob_sas).query)["sp"] == ["rcw"]
    assert client.http.get(blob_sas).content == b"secret"
    client.put_blob(uri, "other", b"x")
    for wrong in (
        f"{path}/b",
        f"{path}/b?{sas}x",
        f"{path}/b?{sas.partition('&sig=')[0]}&sig=%C3%A9",
        f"{path}/b?{sas.replace('sp=rwlac', 'sp=rwdlac')}",
        f"{path}/other?{urlsplit(blob_sas).query}",
        f"{client.base}/local{'0' * 16}/some-data/b?{sas}",
    ):
        answer = client.http.get(wrong)
        assert (answer.status_code, code(answer)) == (403, "AuthenticationFailed"), wrong
        assert answer.content.startswith(b"\xef\xbb\xbf<?xml")
    denied = client.http.delete(f"{path}/b?{sas}")
    assert (denied.status_code, code(denied)) == (403, "AuthorizationPermissionMismatch")
    now[0] += 61 * 10**9
    late = client.http.get(f"{path}/b?{sas}")
    assert (late.status_code, code(late)) == (403, "AuthenticationFailed")
    assert "Expiry" in late.text


def test_a_job_s_addresses_let_read_and_no_more(client: Client) -> None:
    job = client.wait(client.submit().json()["id"])
    assert client.blob(job["inputDataUri"]).status_code == 200
    overwrite = client.blob(job["inputDataUri"], "PUT", x_ms_blob_type="BlockBlob")
    assert code(overwrite) == "AuthorizationPermissionMismatch"
    path, _, sas = job["containerUri"].partition("?")
    listed = client.http.get(f"{path}?restype=container&comp=list&{sas}")
    assert listed.text.count("<Name>") == 2
    assert client.http.get(f"{path}/rawOutputData?{sas}").status_code == 200


def test_workspaces_do_not_share_storage(client: Client) -> None:
    ours = urlsplit(client.container("some-data")).path
    other = client.http.post(
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Quantum/workspaces/other/storage/sasUri",
        params={"api-version": "2026-01-15-preview"}, json={"containerName": "some-data"},
    )  # fmt: skip
    assert urlsplit(other.json()["sasUri"]).path != ours


def test_the_storage_sdk_is_understood(client: Client) -> None:
    """Microsoft's own storage client, with its block uploads and chunked downloads, and signatures of its making."""
    sdk = pytest.importorskip("azure.storage.blob")
    from azure.core.exceptions import HttpResponseError, ResourceExistsError

    target = sdk.ContainerClient.from_container_url(
        client.container("some-data"), max_single_put_size=1024, max_block_size=700, max_single_get_size=1000,
        max_chunk_get_size=900,
    )  # fmt: skip
    data = bytes(range(256)) * 20
    with target:
        assert target.exists()
        with pytest.raises(ResourceExistsError):
            target.create_container()
        blob = target.get_blob_client("folder/large blob.bin")
        settings = sdk.ContentSettings(content_type="text/plain", content_encoding="x")
        blob.upload_blob(io.BytesIO(data), length=len(data), content_settings=settings, metadata={"a": "b"})
        assert blob.download_blob().readall() == data
        assert blob.download_blob(offset=1000, length=2500).readall() == data[1000:3500]
        properties = blob.get_blob_properties()
        assert (properties.size, properties.content_settings.content_type) == (len(data), "text/plain")
        assert properties.metadata == {"a": "b"}
        with pytest.raises(ResourceExistsError):
            blob.upload_blob(b"x")
        blob.upload_blob(b"short", overwrite=True)
        assert blob.download_blob().readall() == b"short"
        assert target.get_blob_client("empty").upload_blob(b"") is not None
        assert target.get_blob_client("empty").download_blob().readall() == b""
        assert sorted(each.name for each in target.list_blobs()) == ["empty", "folder/large blob.bin"]

    account = urlsplit(client.container("some-data")).path.split("/")[1]
    now = dt.datetime.now(dt.UTC)
    for expiry, allowed in ((now + dt.timedelta(hours=1), True), (now - dt.timedelta(hours=1), False)):
        sas = sdk.generate_blob_sas(
            account, "some-data", "empty", account_key=client.cloud.signer.account_key, permission="r", expiry=expiry,
        )  # fmt: skip
        with sdk.BlobClient.from_blob_url(f"{client.base}/{account}/some-data/empty?{sas}") as reader:
            if allowed:
                assert reader.get_blob_properties().size == 0
            else:
                with pytest.raises(HttpResponseError) as refused:
                    reader.get_blob_properties()
                assert refused.value.status_code == 403
                assert refused.value.error_code == "AuthenticationFailed"


def test_a_closed_cloud_says_so_for_good(client: Client) -> None:
    """An answer that looks like a passing failure keeps a client asking for minutes."""
    uri = client.container("some-data")
    client.cloud.close()
    answer = client.put_blob(uri, "b", b"x")
    assert (answer.status_code, code(answer)) == (410, "CloudClosed")


def test_what_breaks_is_answered_in_storage_s_words(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A failure of the emulator's own that looks like one of the network, and leaves a signature in the log."""
    uri = client.container("some-data")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("qrelay.local.blobs.Blobs.write", broken)
    answer = client.put_blob(uri, "b", b"x")
    assert (answer.status_code, code(answer), answer.headers["content-type"]) == (500, "InternalError", XML)
    assert "/some-data/b failed" in caplog.text
    assert "sig=" not in caplog.text
