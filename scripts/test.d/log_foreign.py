"""What a daemon publishes of its log and of one agent, verified by code that is not ours.

Usage: log_foreign.py PUBLIC LOG AGENT NAME: the public side's address, the directory of the log's files, the agent's id and ANS
name. Prints a line for each thing that is verified; ends with an error on the first that is not.

aics-tlog audits tiles, entries and checkpoint, and proves inclusion; pycose and scitt-cose verify the receipts; cbor2 reads
them and the status token.
"""

import base64
import hashlib
import json
import sys
import urllib.request

import aics_tlog as tlog
import cbor2
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from pycose.keys import EC2Key
from pycose.messages import CoseMessage
from scitt_cose.receipt import verify_receipt

public, files, agent, name = sys.argv[1:]


def get(path: str) -> bytes:
    with urllib.request.urlopen(public + path, timeout=20) as answer:
        return answer.read()


keys = get("/v1/log/root-keys").decode().split()
ed25519 = next(key for key in keys if base64.b64decode(key.split("+", 2)[2])[0] == 1)
spki = next(raw[1:] for raw in (base64.b64decode(key.split("+", 2)[2]) for key in keys) if raw[0] == 2)
p256 = load_der_public_key(spki)
pem = p256.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
numbers = p256.public_numbers()
cose_key = EC2Key(crv="P_256", x=numbers.x.to_bytes(32, "big"), y=numbers.y.to_bytes(32, "big"))

# The log as it lies on the disk, and as it is served.
reader = tlog.FileSystemTileReader(files)


def checkpoint_of(text: bytes) -> tuple[int, bytes]:
    note = tlog.parse_note(text)
    result = tlog.verify_checkpoint(note, tlog.parse_vkey(ed25519), [], 0, max_future_seconds=60, max_age_seconds=600)
    assert result.ok, result
    checkpoint = tlog.parse_checkpoint(note.text)
    return checkpoint.size, checkpoint.root if hasattr(checkpoint, "root") else checkpoint.root_hash


size, root = checkpoint_of(get("/checkpoint"))
tlog.audit_tiles(reader, size, root, entries=True)
assert tlog.tree_root_from_tiles(reader, size) == root
print("log")


def signed(data: bytes) -> tuple[dict, dict, bytes]:
    """The headers and the payload of a COSE_Sign1 by the log's P-256 key."""
    message = CoseMessage.decode(data)
    message.key = cose_key
    assert message.verify_signature()
    protected, unprotected, payload, _ = cbor2.loads(data).value
    return cbor2.loads(protected), unprotected, payload


def about(entry: bytes) -> None:
    text = json.dumps(json.loads(entry))
    assert agent in text and name in text, text


header, unprotected, entry = signed(get(f"/v1/agents/{agent}/receipt"))
about(entry)
proof = unprotected[396]
index, tree = proof[-2], proof[-1]
assert header[4] == hashlib.sha256(spki).digest()[:4]
assert proof[-4] == tlog.tree_root_from_tiles(reader, tree)
assert tlog.verify_inclusion(tlog.leaf_hash(entry), index, tree, list(proof[-3]), proof[-4])
print("receipt")

other = verify_receipt(get(f"/v1/agents/{agent}/receipt/rfc9942"), leaf_entry_hex=entry.hex(), log_public_key_pem=pem)
assert other.ok, other
assert other.leaf_index == index and other.root == tlog.tree_root_from_tiles(reader, other.tree_size).hex(), other
wrong = verify_receipt(
    get(f"/v1/agents/{agent}/receipt/rfc9942"), leaf_entry_hex=(entry + b" ").hex(), log_public_key_pem=pem
)
assert not wrong.ok
print("receipt of RFC 9942")

header, _, payload = signed(get(f"/v1/agents/{agent}/status-token"))
claims = cbor2.loads(payload)
assert header[3] == "application/ans-status-token+cbor", header
assert claims[1] == agent and claims[2] == "ACTIVE" and claims[5] == name, claims
assert claims[3] < claims[4]
print("status token")

# C2SP tlog-proof, line by line: what it is, the index, the path, a blank line and the checkpoint.
head, text = get(f"/v1/log/proof/{index}").split(b"\n\n", 1)
kind, place, *path = head.decode().splitlines()
assert kind == "c2sp.org/tlog-proof@v1" and place == f"index {index}", head
tree, root = checkpoint_of(text)
assert tlog.verify_inclusion(tlog.leaf_hash(entry), index, tree, [base64.b64decode(line) for line in path], root)
assert get(f"/v1/log/entry/{index}") == entry
print("proof")
