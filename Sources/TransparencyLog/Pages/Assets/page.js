// Verifies in the reader's browser what a page of the log shows: the checkpoint's signatures under the keys that the reader
// trusts, and the way from the entry to the signed root, computed from the tiles (C2SP tlog-tiles, signed-note; RFC 6962).
// Nothing that the server calculated is believed: its drawing and its table are compared with what comes out here.

const HASH = 32;
const TILE = 256;
const utf8 = new TextEncoder();
const find = (selector) => document.querySelector(selector);

/** What proves a claim of the page false, or keeps it from being proven. */
class Refusal extends Error {}

const demand = (condition, reason) => {
    if (!condition) throw new Refusal(reason);
};

// Octets

const join = (...parts) => {
    const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
        all.set(part, at);
        at += part.length;
    }
    return all;
};

const equal = (a, b) => a.length === b.length && a.every((octet, index) => octet === b[index]);
const hexadecimal = (octets) => Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
const base64 = (octets) => btoa(Array.from(octets, (octet) => String.fromCharCode(octet)).join(""));

/** The octets of a text in base64, of which there is one for each value. */
const fromBase64 = (text, what) => {
    let octets = null;
    try {
        octets = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    } catch {
        // Not in the alphabet.
    }
    demand(octets && base64(octets) === text, `${what} is not base64`);
    return octets;
};

/** Shows what cannot be seen; the server does the same with the same characters. */
const visible = (text) =>
    text.replace(
        /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu,
        (character) => `\\u{${character.codePointAt(0).toString(16)}}`,
    );

// Hashes (RFC 6962 §2.1)

const sha256 = async (octets) => new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
const leafHash = (entry) => sha256(join([0], entry));
const nodeHash = (left, right) => sha256(join([1], left, right));

// Notes (C2SP signed-note, tlog-checkpoint, tlog-cosignature)

const parseCheckpoint = (text) => {
    const end = text.lastIndexOf("\n\n");
    demand(end > 0 && text.endsWith("\n"), "the checkpoint has no empty line before its signatures");
    const body = text.slice(0, end + 1);
    const signatures = text.slice(end + 2, -1).split("\n").map((line) => {
        const parts = line.split(" ");
        demand(parts.length === 3 && parts[0] === "\u2014", "a line beneath the checkpoint is no signature");
        const octets = fromBase64(parts[2], "a signature");
        demand(octets.length > 4, "a signature is too short");
        return { name: parts[1], id: hexadecimal(octets.slice(0, 4)), octets: octets.slice(4) };
    });
    const [origin, size, root, ...rest] = body.split("\n");
    demand(rest.at(-1) === "", "the checkpoint has fewer than three lines");
    demand(/^(0|[1-9][0-9]*)$/.test(size) && Number.isSafeInteger(Number(size)), "the checkpoint's size is no number");
    const hash = fromBase64(root, "the checkpoint's root");
    demand(hash.length === HASH, "the checkpoint's root is no SHA-256");
    return { body: utf8.encode(body), origin, size: Number(size), root: hash, signatures };
};

const ED25519 = 1;
const ECDSA = 2;
const COSIGNATURE = 4;

/** Reads `name+id+base64(type ‖ public key)`; the id must be the key's. */
const parseKey = async (line) => {
    const [name, id, ...rest] = line.split("+");
    const octets = fromBase64(rest.join("+"), `the key of ${name}`);
    const [type, key] = [octets[0], octets.slice(1)];
    demand([ED25519, ECDSA, COSIGNATURE].includes(type), `the key of ${name} is of a type that is not known here`);
    const named = type === ECDSA ? key : join(utf8.encode(`${name}\n`), [type], key);
    const computed = hexadecimal((await sha256(named)).slice(0, 4));
    demand(computed === id, `the key id ${id} of ${name} is not that of its key, ${computed}`);
    return { name, id, type, key };
};

/** What verifies under a key; null where the browser lacks the algorithm. */
const importKey = async ({ name, type, key }) => {
    const isCurve = type === ECDSA;
    try {
        return await crypto.subtle.importKey(
            isCurve ? "spki" : "raw",
            key,
            isCurve ? { name: "ECDSA", namedCurve: "P-256" } : { name: "Ed25519" },
            false,
            ["verify"],
        );
    } catch (error) {
        if (error.name === "NotSupportedError") return null;
        throw new Refusal(`the key of ${name} is not a public key`);
    }
};

/** Two numbers of 32 octets each, from an ECDSA signature in DER; null for anything else. */
const rawSignature = (der) => {
    if (der.length > 72 || der[0] !== 0x30 || der[1] !== der.length - 2) return null;
    const raw = new Uint8Array(2 * HASH);
    let at = 2;
    for (const half of [0, HASH]) {
        if (der[at] !== 0x02) return null;
        let number = der.slice(at + 2, at + 2 + der[at + 1]);
        if (number.length === 0 || number.length !== der[at + 1]) return null;
        at += 2 + number.length;
        if (number[0] === 0) number = number.slice(1);
        if (number.length > HASH) return null;
        raw.set(number, half + HASH - number.length);
    }
    return at === der.length ? raw : null;
};

/** Whether a signature is a key's over a checkpoint; null where the browser cannot tell. */
const isValid = async (key, signature, body) => {
    const imported = await importKey(key);
    if (!imported) return null;
    if (key.type === ECDSA) {
        const raw = rawSignature(signature.octets);
        return raw !== null && crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, imported, raw, body);
    }
    if (key.type === ED25519) return crypto.subtle.verify({ name: "Ed25519" }, imported, signature.octets, body);
    if (signature.octets.length !== 72) return false;
    const time = new DataView(signature.octets.buffer, signature.octets.byteOffset).getBigUint64(0);
    const message = join(utf8.encode(`cosignature/v1\ntime ${time}\n`), body);
    return crypto.subtle.verify({ name: "Ed25519" }, imported, signature.octets.slice(8), message);
};

// Tiles (C2SP tlog-tiles)

const fetched = new Map();

const read = (path) => {
    if (!fetched.has(path)) {
        fetched.set(path, fetch(path, { credentials: "omit" }).then(
            async (answer) => {
                if (answer.status === 404) return null;
                demand(answer.ok, `${path} cannot be read: ${answer.status}`);
                return new Uint8Array(await answer.arrayBuffer());
            },
            () => demand(false, `${path} cannot be read`),
        ));
    }
    return fetched.get(path);
};

/** A tile, or the full one when the partial one has been collected, with its width. */
const readTile = async (kind, number, parts) => {
    const width = Math.min(TILE, parts - number * TILE);
    const groups = [String(number % 1000).padStart(3, "0")];
    for (let rest = Math.floor(number / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
        groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
    }
    const full = `/tile/${kind}/${groups.join("/")}`;
    const partial = width < TILE ? await read(`${full}.p/${width}`) : null;
    const octets = partial ?? await read(full);
    demand(octets, `${full} is missing`);
    return { octets, width: partial ? width : TILE, path: partial ? `${full}.p/${width}` : full };
};

/** The hash of a node over a complete subtree of 2^level entries. */
const nodeAt = async (level, index, size) => {
    const [tileLevel, within] = [Math.floor(level / 8), level % 8];
    const first = index * 2 ** within;
    const parts = Math.floor(size / TILE ** tileLevel);
    const tile = await readTile(tileLevel, Math.floor(first / TILE), parts);
    demand(tile.octets.length === tile.width * HASH, `${tile.path} is not of ${tile.width} hashes`);
    const start = first % TILE;
    let hashes = Array.from({ length: 2 ** within }, (_, position) =>
        tile.octets.slice((start + position) * HASH, (start + position + 1) * HASH));
    while (hashes.length > 1) {
        const pairs = hashes.filter((_, position) => position % 2 === 0);
        hashes = await Promise.all(pairs.map((left, position) => nodeHash(left, hashes[2 * position + 1])));
    }
    return hashes[0];
};

/** The hash over entries: of the complete subtrees that they fall into, the greatest first, folded from the right. */
const rangeHash = async (lower, upper, size) => {
    const nodes = [];
    for (let start = lower; start < upper;) {
        let level = 0;
        while (2 ** (level + 1) <= upper - start) level += 1;
        nodes.push(nodeAt(level, start / 2 ** level, size));
        start += 2 ** level;
    }
    const hashes = await Promise.all(nodes);
    let root = hashes.pop();
    while (hashes.length > 0) root = await nodeHash(hashes.pop(), root);
    return root;
};

/** What lies beside the way from the root down to an entry (RFC 6962 §2.1.1), from the entry up. */
const siblings = (index, size) => {
    const path = [];
    for (let [lower, upper] = [0, size]; upper - lower > 1;) {
        let middle = 1;
        while (middle * 2 < upper - lower) middle *= 2;
        middle += lower;
        if (index < middle) {
            path.unshift({ lower: middle, upper, isLeft: false });
            upper = middle;
        } else {
            path.unshift({ lower, upper: middle, isLeft: true });
            lower = middle;
        }
    }
    return path;
};

const readEntry = async (index, size) => {
    const bundle = await readTile("entries", Math.floor(index / TILE), size);
    const view = new DataView(bundle.octets.buffer);
    let [at, entry] = [0, null];
    for (let position = 0; position < bundle.width; position += 1) {
        demand(at + 2 <= view.byteLength, `${bundle.path} breaks off`);
        const end = at + 2 + view.getUint16(at);
        demand(end <= view.byteLength, `${bundle.path} breaks off`);
        if (position === index % TILE) entry = bundle.octets.slice(at + 2, end);
        at = end;
    }
    demand(at === view.byteLength, `${bundle.path} goes on after its last entry`);
    return { octets: entry, path: bundle.path };
};

// What the page claims

/** Names and values of an entry, as its table has them. */
const flatten = (value, name, rows) => {
    const members = value !== null && typeof value === "object" ? Object.entries(value) : [];
    if (members.length === 0) {
        const text = typeof value === "object" && value !== null ? (Array.isArray(value) ? "[]" : "{}") : String(value);
        rows.push([name, text]);
    }
    for (const [key, member] of members) {
        const whole = Array.isArray(value) ? `${name}[${key}]` : name ? `${name}.${key}` : key;
        flatten(member, whole, rows);
    }
    return rows;
};

const decode = (octets) => {
    try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
    } catch {
        return null;
    }
};

const checkShownEntry = (octets) => {
    const text = decode(octets);
    const shown = text === null ? hexadecimal(octets) : visible(text);
    demand(find("#entry").textContent === shown, "the page shows another entry than the log has");
    const table = find("#values");
    if (!table) return;
    const value = JSON.parse(text);
    const expected = flatten(value?.payload?.producer?.event ?? value, "", [])
        .map(([name, content]) => `${visible(name)}\u0000${visible(content)}`);
    const count = Math.min(expected.length, 200);
    for (const row of table.rows) {
        const [name, content] = [row.cells[0].textContent, row.cells[1].textContent];
        const place = expected.indexOf(`${name}\u0000${content}`);
        demand(place >= 0, `the page says of “${name}” what the entry does not`);
        expected.splice(place, 1);
    }
    demand(table.rows.length === count, "the page leaves away what the entry says");
};

const checkDrawing = (onTheWay, beside) => {
    const shown = (selector) => Array.from(document.querySelectorAll(selector), (code) => code.textContent);
    const same = (texts, hashes) =>
        texts.length === hashes.length && texts.every((text, index) => text === base64(hashes[index]));
    // Drawn from the root down.
    demand(same(shown("#tree .node.on code"), onTheWay.toReversed()), "the drawing has other hashes on the way");
    demand(same(shown("#tree .node:not(.on) code"), beside.toReversed()), "the drawing has other hashes beside the way");
};

// The check

const say = (text) => {
    const item = document.createElement("li");
    item.textContent = text;
    find("#steps").append(item);
};

const conclude = (state, text) => {
    const verdict = find("#verdict");
    verdict.dataset.state = state;
    verdict.textContent = text;
};

const checkSignatures = async (checkpoint) => {
    const lines = find("#keys").value.split("\n").map((line) => line.trim()).filter((line) => line);
    const keys = await Promise.all(lines.map(parseKey));
    const rows = Array.from(find("#signatures").tBodies[0].rows);
    const [signers, witnesses] = [[], new Set()];
    for (const [index, signature] of checkpoint.signatures.entries()) {
        const key = keys.find((known) => known.name === signature.name && known.id === signature.id);
        const result = key ? await isValid(key, signature, checkpoint.body) : undefined;
        const words = new Map([[true, "valid"], [false, "FALSE"], [null, "not known to this browser"]]);
        const cell = rows[index]?.querySelector(".result");
        if (cell) {
            cell.textContent = words.get(result) ?? "key not known";
            cell.dataset.state = result ? "good" : result === false ? "bad" : "none";
        }
        demand(result !== false, `the signature of ${signature.name} (${signature.id}) is false`);
        if (!result) continue;
        if (key.type === COSIGNATURE) witnesses.add(base64(key.key));
        else if (key.name === checkpoint.origin) signers.push(`${key.type === ED25519 ? "Ed25519" : "P-256"} key ${key.id}`);
    }
    demand(signers.length > 0, "no key of the log that is trusted here has signed the checkpoint");
    say(`The checkpoint of ${checkpoint.size} entries is signed by the log: ${signers.join(", ")}.`);
    const known = new Set(keys.filter((key) => key.type === COSIGNATURE).map((key) => base64(key.key)));
    if (known.size > 0) say(`${witnesses.size} of ${known.size} known witnesses have cosigned it.`);
};

const checkEntry = async (index, checkpoint) => {
    const { size, root } = checkpoint;
    demand(Number.isSafeInteger(index) && index < size, "the checkpoint is of a log without this entry");
    const entry = await readEntry(index, size);
    const leaf = await leafHash(entry.octets);
    say(`Entry ${index} was read from ${entry.path}; its hash is ${base64(leaf)}.`);
    checkShownEntry(entry.octets);
    say("The page shows this entry and nothing else.");
    const path = siblings(index, size);
    const beside = await Promise.all(path.map(({ lower, upper }) => rangeHash(lower, upper, size)));
    const onTheWay = [leaf];
    for (const [position, hash] of beside.entries()) {
        const below = onTheWay.at(-1);
        onTheWay.push(await (path[position].isLeft ? nodeHash(hash, below) : nodeHash(below, hash)));
    }
    demand(equal(onTheWay.at(-1), root), "the tiles do not lead from this entry to the signed root");
    say(`${beside.length} hashes from the tiles lead from there to the signed root ${base64(root)}.`);
    checkDrawing(onTheWay, beside);
    say("The drawing has these very hashes.");
    return `Verified: entry ${index} is in the log of ${size} entries that the checkpoint is signed for.`;
};

const checkRoot = async ({ size, root }) => {
    const computed = size > 0 ? await rangeHash(0, size, size) : await sha256(new Uint8Array());
    demand(equal(computed, root), "the tiles do not lead to the signed root");
    say(`The tiles at the tree’s edge lead to the signed root ${base64(root)}.`);
    return `Verified: the checkpoint of ${size} entries is signed, and the tiles are what it was signed for.`;
};

const check = async () => {
    fetched.clear();
    find("#steps").replaceChildren();
    conclude("busy", "Verifying …");
    try {
        const checkpoint = parseCheckpoint(find("#checkpoint").textContent);
        await checkSignatures(checkpoint);
        const main = find("#main");
        conclude("good", main.dataset.view === "entry"
            ? await checkEntry(Number(main.dataset.index), checkpoint)
            : await checkRoot(checkpoint));
    } catch (error) {
        conclude("bad", `NOT verified: ${error instanceof Refusal ? error.message : `the check broke off (${error})`}.`);
    }
};

if (find("#verdict")) {
    if (globalThis.crypto?.subtle) {
        const button = find("#again");
        button.hidden = false;
        button.addEventListener("click", check);
        await check();
    } else {
        conclude("none", "Not verified: browsers have Web Crypto only on pages that came over HTTPS, or from this machine.");
    }
}
