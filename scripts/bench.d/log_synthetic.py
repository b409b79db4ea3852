"""A log of many entries, built without a sequencer, by hashlib and openssl alone.

Usage: log_synthetic.py DIRECTORY ORIGIN ENTRIES
       log_synthetic.py --fork DIRECTORY ORIGIN ENTRIES    other entries from the middle on, by the key of the last run

Writes tiles, entry bundles and a signed checkpoint below DIRECTORY/public (C2SP tlog-tiles), the key's verifier key to
DIRECTORY/key, and the key to DIRECTORY/key.pem. Prints size and root in hexadecimal.
"""
import base64, hashlib, os, subprocess, sys
from struct import pack

sha256 = hashlib.sha256


def path(index):
    """001, x001/234, …"""
    groups = []
    while True:
        groups.append("%03d" % (index % 1000))
        index //= 1000
        if index == 0:
            return "/".join(["x" + group for group in reversed(groups[1:])] + [groups[0]])


class Writer:
    def __init__(self, root):
        self.root, self.known = root, set()

    def write(self, name, content):
        full = os.path.join(self.root, name)
        directory = os.path.dirname(full)
        if directory not in self.known:
            os.makedirs(directory, exist_ok=True)
            self.known.add(directory)
        with open(full, "wb") as file:
            file.write(content)


def tile_root(hashes):
    while len(hashes) > 1:
        hashes = [sha256(b"\1" + hashes[i] + hashes[i + 1]).digest() for i in range(0, len(hashes), 2)]
    return hashes[0]


def fold(hashes):
    """The root over any number of hashes (RFC 6962 §2.1), level by level: a last one without a partner goes up."""
    while len(hashes) > 1:
        paired = [sha256(b"\1" + hashes[i] + hashes[i + 1]).digest() for i in range(0, len(hashes) - 1, 2)]
        hashes = paired + (hashes[-1:] if len(hashes) % 2 else [])
    return hashes[0]


def put(writer, kind, index, width, content):
    suffix = "" if width == 256 else ".p/%d" % width
    writer.write("tile/%s/%s%s" % (kind, path(index), suffix), content)


def build(root, entries, make):
    """Writes everything and returns the tree's root."""
    writer, roots, rest = Writer(root), [], []
    for start in range(0, entries, 256):
        data = [make(i) for i in range(start, min(start + 256, entries))]
        put(writer, "entries", start >> 8, len(data), b"".join([pack(">H", len(d)) + d for d in data]))
        leaves = [sha256(b"\0" + d).digest() for d in data]
        put(writer, "0", start >> 8, len(leaves), b"".join(leaves))
        if len(leaves) == 256:
            roots.append(tile_root(leaves))
        else:
            rest = leaves
    level, edges = 1, [rest]
    while roots:
        above, edge = [], []
        for start in range(0, len(roots), 256):
            part = roots[start:start + 256]
            put(writer, str(level), start >> 8, len(part), b"".join(part))
            if len(part) == 256:
                above.append(tile_root(part))
            else:
                edge = part
        edges.append(edge)
        roots, level = above, level + 1
    # From the right edge: each level's rest, folded, stands to the right of the level above.
    tree = None
    for edge in edges:
        hashes = edge + ([tree] if tree is not None else [])
        if hashes:
            tree = fold(hashes)
    return tree if tree is not None else sha256(b"").digest()


def openssl(*arguments, data=b""):
    return subprocess.run(["openssl", *arguments], input=data, check=True, capture_output=True).stdout


def publish(directory, origin, entries, root, is_new):
    key = os.path.join(directory, "key.pem")
    if is_new:
        openssl("genpkey", "-algorithm", "ed25519", "-out", key)
    public = b"\1" + openssl("pkey", "-in", key, "-pubout", "-outform", "DER")[-32:]
    number = sha256(origin.encode() + b"\n" + public).digest()[:4]
    text = "%s\n%d\n%s\n" % (origin, entries, base64.b64encode(root).decode())
    note = os.path.join(directory, "note")
    with open(note, "w") as file:
        file.write(text)
    signature = openssl("pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", note)
    os.unlink(note)
    line = "\u2014 %s %s\n" % (origin, base64.b64encode(number + signature).decode())
    with open(os.path.join(directory, "public", "checkpoint"), "w") as file:
        file.write(text + "\n" + line)
    with open(os.path.join(directory, "key"), "w") as file:
        file.write("%s+%s+%s\n" % (origin, number.hex(), base64.b64encode(public).decode()))


def main():
    arguments = sys.argv[1:]
    is_fork = arguments[0] == "--fork"
    directory, origin, entries = arguments[1 if is_fork else 0:]
    entries = int(entries)

    def make(index):
        return b"%s %d" % (b"fork" if is_fork and index >= entries // 2 else b"entry", index)

    os.makedirs(os.path.join(directory, "public"), exist_ok=True)
    root = build(os.path.join(directory, "public"), entries, make)
    publish(directory, origin, entries, root, not is_fork)
    print(entries, root.hex())


main()
