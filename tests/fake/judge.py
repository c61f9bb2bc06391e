"""Google's own client for Python, in front of the fake: `judge.py HOST:PORT PROJECT`. It fails at what it finds wrong."""

import sys

from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import secretmanager
from google.cloud.secretmanager_v1.services.secret_manager_service.transports.rest import (
    SecretManagerServiceRestTransport,
)

host, project = sys.argv[1:]
transport = SecretManagerServiceRestTransport(host=host, url_scheme="http", credentials=AnonymousCredentials())
client = secretmanager.SecretManagerServiceClient(transport=transport)
parent = f"projects/{project}"
CODES = {"ALREADY_EXISTS": 409, "INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "NOT_FOUND": 404}
State = secretmanager.SecretVersion.State


def checksum_of(data):
    """CRC32C as in RFC 3720, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 & -(crc & 1))
    return crc ^ 0xFFFFFFFF


def refused(word, call, **arguments):
    try:
        call(**arguments)
    except exceptions.GoogleAPICallError as error:
        told = error.response.json()["error"]
        assert (told["status"], told["code"]) == (word, CODES[word]), told
        return
    raise AssertionError(f"{call.__name__} {arguments} was taken")


def add(secret, data, checksum=None):
    payload = {"data": data, "data_crc32c": checksum_of(data) if checksum is None else checksum}
    return client.add_secret_version(parent=secret, payload=payload)


# What envcheck wrote.
ours = client.access_secret_version(name=f"{parent}/secrets/ours/versions/latest")
assert ours.payload.data == "\U0001f511\n".encode(), "its value"
assert ours.payload.data_crc32c == checksum_of(ours.payload.data), "its checksum"
assert client.get_secret_version(name=ours.name).client_specified_payload_checksum

# A life.
automatic = {"replication": {"automatic": {}}, "labels": {"env": "prod"}}
secret = client.create_secret(parent=parent, secret_id="theirs", secret=automatic)
assert secret.name.split("/")[1].isdigit(), secret.name
refused("ALREADY_EXISTS", client.create_secret, parent=parent, secret_id="theirs", secret=automatic)
refused("INVALID_ARGUMENT", client.create_secret, parent=parent, secret_id="a.b", secret=automatic)
refused("INVALID_ARGUMENT", client.create_secret, parent=parent, secret_id="x", secret={})
refused("NOT_FOUND", client.access_secret_version, name=f"{secret.name}/versions/latest")
versions = [add(secret.name, data) for data in (b"one", b"\x00\xff", b"three")]
assert versions[2].name.endswith("/versions/3") and versions[2].state == State.ENABLED
refused("INVALID_ARGUMENT", add, secret=secret.name, data=b"x", checksum=1)
refused("INVALID_ARGUMENT", add, secret=secret.name, data=b"x" * 65537)
assert client.access_secret_version(name=versions[1].name).payload.data == b"\x00\xff"

client.destroy_secret_version(name=versions[0].name)
refused("FAILED_PRECONDITION", client.access_secret_version, name=versions[0].name)
refused("FAILED_PRECONDITION", client.enable_secret_version, name=versions[0].name)
disabled = client.disable_secret_version(request={"name": versions[1].name, "etag": versions[1].etag})
assert disabled.state == State.DISABLED
stale = {"name": versions[1].name, "etag": versions[1].etag}
refused("FAILED_PRECONDITION", client.enable_secret_version, request=stale)
listed = list(client.list_secret_versions(request={"parent": secret.name, "page_size": 2}))
assert [version.name[-1] for version in listed] == ["3", "2", "1"], "over two pages"
enabled = client.list_secret_versions(request={"parent": secret.name, "filter": "state:ENABLED"})
assert [version.name[-1] for version in enabled] == ["3"]

changed = {"name": secret.name, "labels": {"env": "staging"}, "version_aliases": {"cur": 3}, "etag": secret.etag}
mask = {"paths": ["labels", "version_aliases"]}
client.update_secret(secret=changed, update_mask=mask)
refused("FAILED_PRECONDITION", client.update_secret, secret=changed, update_mask=mask)
assert client.access_secret_version(name=f"{secret.name}/versions/cur").payload.data == b"three"

client.create_secret(parent=parent, secret_id="gone", secret=automatic)
client.delete_secret(name=f"{parent}/secrets/gone")
refused("NOT_FOUND", client.get_secret, name=f"{parent}/secrets/gone")
assert [found.name.split("/")[-1] for found in client.list_secrets(parent=parent)] == ["ours", "theirs"]
