#!/usr/bin/env python3
"""The log's pages in headless Chromium, driven by the DevTools protocol over a pipe (nothing but Python's own modules).

Usage: log_page.py ADDRESS|DIRECTORY CHECK INDEX... [--shots DIRECTORY]

ADDRESS is that of a public side. A DIRECTORY is served on loopback: tiles as they lie there, and what pages.json says
({"fields": {name: value}, "pages": {path: {"file", "type", "status"}}}). CHECK is "verify" (the pages of the entries say that they are
verified), "witnessed" (a witness's cosignature is, too) or "all" (mutations, keyboard, reading without JavaScript, hostile searches also; the first INDEX is the entry).
Prints "ok CHECK" for each check that held and ends with 0 if all did.
"""

import base64
import hashlib
import http.server
import itertools
import json
import os
import re
import select
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
PATIENCE = 20

# Runs in each page before its own code: violations of the policy are told to nobody else.
WATCH = """
globalThis.violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""

# A browser that does not have Ed25519.
NO_ED25519 = """
const importKey = SubtleCrypto.prototype.importKey;
SubtleCrypto.prototype.importKey = function (format, data, algorithm, ...rest) {
    if (algorithm.name === "Ed25519") return Promise.reject(new DOMException("no", "NotSupportedError"));
    return importKey.call(this, format, data, algorithm, ...rest);
};
"""


class Browser:
    """A browser with one page."""

    def __init__(self, profile):
        to_browser, from_browser = os.pipe(), os.pipe()
        program = next(b for b in BROWSERS if subprocess.run(["which", b], capture_output=True).returncode == 0)

        def descriptors():
            # Chromium reads commands from 3 and writes answers to 4.
            here, there = os.dup(to_browser[0]), os.dup(from_browser[1])
            os.dup2(here, 3)
            os.dup2(there, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--hide-scrollbars",
             f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"],
            preexec_fn=descriptors, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_browser[0])
        os.close(from_browser[1])
        self.output, self.input = to_browser[1], from_browser[0]
        self.buffer, self.numbers, self.answers, self.session = b"", itertools.count(1), {}, None
        self.mutation, self.console, self.loaded, self.script = None, [], False, None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(f"{domain}.enable")
        self.call("Network.setCacheDisabled", cacheDisabled=True)
        self.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)

    def close(self):
        self.process.kill()
        self.process.wait()

    def send(self, method, **parameters):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.output, json.dumps(message).encode() + b"\0")
        return number

    def call(self, method, **parameters):
        number = self.send(method, **parameters)
        self.pump(lambda: number in self.answers, method)
        answer = self.answers.pop(number)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def pump(self, is_done, what):
        """Works off what the browser says until something has come."""
        end = time.monotonic() + PATIENCE
        while not is_done():
            while b"\0" not in self.buffer:
                ready, _, _ = select.select([self.input], [], [], max(0, end - time.monotonic()))
                octets = os.read(self.input, 1 << 20) if ready else b""
                if not octets:
                    raise AssertionError(f"the browser does not answer: {what}")
                self.buffer += octets
            message, self.buffer = self.buffer.split(b"\0", 1)
            self.take(json.loads(message))

    def take(self, message):
        if "id" in message:
            self.answers[message["id"]] = message
            return
        method, event = message["method"], message["params"]
        if method == "Fetch.requestPaused":
            self.alter(event)
        elif method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Log.entryAdded" and event["entry"]["level"] in ("error", "warning"):
            self.console.append(event["entry"]["text"] + " " + event["entry"].get("url", ""))
        elif method == "Runtime.exceptionThrown":
            self.console.append(event["exceptionDetails"]["text"])
        elif method == "Runtime.consoleAPICalled" and event["type"] in ("error", "warning", "assert"):
            self.console.append(str(event["args"]))

    def alter(self, event):
        """Gives the page another answer than the server's."""
        request, path = event["requestId"], urllib.parse.urlsplit(event["request"]["url"]).path
        body = None
        if self.mutation and "responseStatusCode" in event and event["responseStatusCode"] == 200:
            read = self.call("Fetch.getResponseBody", requestId=request)
            octets = base64.b64decode(read["body"]) if read["base64Encoded"] else read["body"].encode()
            body = self.mutation(path, octets)
        if body is None:
            self.send("Fetch.continueRequest", requestId=request)
        elif body is False:
            self.send("Fetch.fulfillRequest", requestId=request, responseCode=404, body="")
        else:
            fields = [f for f in event["responseHeaders"] if f["name"].lower() != "content-length"]
            self.send("Fetch.fulfillRequest", requestId=request, responseCode=200, responseHeaders=fields,
                      body=base64.b64encode(body).decode())

    def open(self, url, mutation=None, script=None):
        """Loads a page, with answers altered or a script before its own."""
        if mutation and not self.mutation:
            self.call("Fetch.enable", patterns=[{"urlPattern": "*", "requestStage": "Response"}])
        elif self.mutation and not mutation:
            self.call("Fetch.disable")
        self.mutation, self.console, self.loaded = mutation, [], False
        added = script and self.call("Page.addScriptToEvaluateOnNewDocument", source=script)
        failure = self.call("Page.navigate", url=url).get("errorText")
        assert not failure, f"{url}: {failure}"
        self.pump(lambda: self.loaded, url)
        if added:
            self.call("Page.removeScriptToEvaluateOnNewDocument", identifier=added["identifier"])

    def value(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, f"{expression}: {answer}"
        return answer["result"].get("value")

    def verdict(self):
        """The page's verdict, once there is one."""
        state = self.value("""new Promise((resolve) => {
            const verdict = document.querySelector("#verdict");
            const look = () => { if (["good", "bad"].includes(verdict.dataset.state)) resolve(verdict.dataset.state); };
            new MutationObserver(look).observe(verdict, { attributes: true });
            look();
            setTimeout(() => resolve(verdict.dataset.state), 15000);
        })""")
        return state, self.value("document.querySelector('#verdict').textContent")

    def key(self, name, code, text=None):
        event = {"key": name, "code": name, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", **event, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def show(self, width, scheme):
        """Sets how wide the window is, and whether it is light or dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, file):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip={**size, "scale": 1})["data"]
        with open(file, "wb") as output:
            output.write(base64.b64decode(data))

    def quiet(self):
        """Nothing may have been complained about."""
        violations = self.value("globalThis.violations")
        assert violations == [], f"violations of the policy: {violations}"
        assert self.console == [], f"the console says: {self.console}"


class Files(http.server.SimpleHTTPRequestHandler):
    """A public side of files."""

    protocol_version = "HTTP/1.1"
    directory, pages = "", {}

    def do_GET(self):
        page = self.pages["pages"].get(self.path)
        file = os.path.join(self.root, page["file"] if page else self.path.lstrip("/").split("?")[0])
        is_there = page is not None or (self.path.startswith("/tile/") and os.path.isfile(file))
        content = b""
        if is_there:
            with open(file, "rb") as source:
                content = source.read()
        self.send_response(page["status"] if page else 200 if is_there else 404)
        for name, value in (self.pages["fields"] if page else {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", page["type"] if page else "application/octet-stream")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def serve(directory):
    with open(os.path.join(directory, "pages.json"), encoding="utf-8") as file:
        pages = json.load(file)
    handler = type("Handler", (Files,), {"root": directory, "pages": pages})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def flip(octets, at):
    return octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1:]


def in_page(pattern, replacement):
    """Alters the page itself, where a pattern matches; its first group stays."""
    def mutate(path, octets):
        if not path.startswith("/log/entry/"):
            return None
        text = octets.decode()
        changed, count = re.subn(pattern, replacement, text, count=1, flags=re.DOTALL)
        assert count == 1 and changed != text, f"nothing in the page matches {pattern}"
        return changed.encode()
    return mutate


def other(match):
    """The match with the first character of its second group another one."""
    character = match[2][0]
    return match[1] + ("B" if character == "A" else "A") + match[2][1:]


def in_file(pattern, change):
    return lambda path, octets: change(octets) if re.fullmatch(pattern, path) else None


def another_key(name):
    key = hashlib.sha256(b"another").digest()
    # Any point will do; this one is that of RFC 8032's first vector.
    key = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    number = hashlib.sha256(name.encode() + b"\n\x01" + key).hexdigest()[:8]
    return f"{name}+{number}+{base64.b64encode(bytes([1]) + key).decode()}"


def entry_at(bundle, index):
    """Where an entry of a bundle begins."""
    at = 0
    for _ in range(index % 256):
        at += 2 + int.from_bytes(bundle[at:at + 2], "big")
    return at + 2


class Checks:
    def __init__(self, browser, base, indices):
        self.browser, self.base, self.indices, self.index = browser, base, indices, indices[0]
        self.page = f"{base}/log/entry/{self.index}"

    def verify(self):
        for index in self.indices:
            self.browser.open(f"{self.base}/log/entry/{index}")
            state, text = self.browser.verdict()
            assert state == "good" and text.startswith(f"Verified: entry {index} "), f"entry {index}: {text}"
            foreign = self.browser.value("document.querySelectorAll('img, main :is(script, b, i, u)').length")
            assert foreign == 0, f"entry {index} has markup of its own"
            self.browser.quiet()
        self.browser.open(f"{self.base}/log/")
        state, text = self.browser.verdict()
        assert state == "good", text
        self.browser.quiet()

    def witness(self):
        self.browser.open(self.page)
        state, text = self.browser.verdict()
        steps = self.browser.value("document.querySelector('#steps').textContent")
        row = self.browser.value("document.querySelector('#signatures tr:last-child .result').textContent")
        assert state == "good" and "1 of 1 known witnesses" in steps and row == "valid", f"{text} {steps} {row}"
        third = in_page(r'(<pre id="checkpoint".*?\n\n— [^\n]*\n— [^\n]*\n— [^ ]+ .{40})(.)', other)
        self.browser.open(self.page, third)
        state, text = self.browser.verdict()
        assert state == "bad" and "false" in text, f"{state}: {text}"

    def mutations(self):
        index, name = self.index, "keys"
        with urllib.request.urlopen(f"{self.base}/root-keys") as answer:
            name = answer.read().decode().split("+")[0]
        own = lambda path, octets: flip(octets, entry_at(octets, index) + 5)
        stranger = another_key(name)
        altered = {
            "a hash in a tile": (in_file("/tile/0/.*", lambda o: flip(o, 32 * (index % 256 ^ 1))), "do not lead"),
            "a tile that is too short": (in_file("/tile/0/.*", lambda o: o[:-1]), "is not of"),
            "a tile that is missing": (in_file("/tile/0/.*", lambda o: False), "is missing"),
            "the entry in its bundle": (in_file("/tile/entries/.*", lambda o: own("", o)), "another entry"),
            "a bundle that breaks off": (in_file("/tile/entries/.*", lambda o: o[:-1]), "breaks off"),
            "the entry on the page": (in_page(r'(<pre id="entry"[^>]*>\n.{20})(.)', other), "another entry"),
            "a value in the table": (in_page(r'(id="values">.*?<td>(?:<a[^>]*>)?)([^<])', other), "says of"),
            "a row that is left away": (in_page(r'(id="values">\s*<tbody>\s*)<tr>.*?</tr>', r"\1"), "leaves away"),
            "a hash on the drawn way": (in_page(r'(node on">.*?<code class="hash">)(.)', other), "on the way"),
            "a hash drawn beside it": (in_page(r'(class="node"><.*?<code class="hash">)(.)', other), "beside the way"),
            "the root in the checkpoint": (in_page(r'(<pre id="checkpoint"[^>]*>\n[^\n]*\n\d+\n)(.)', other), "false"),
            "the size in the checkpoint": (in_page(r'(<pre id="checkpoint"[^>]*>\n[^\n]*\n)(\d)', r"\g<1>9\2"), "false"),
            "a signature": (in_page(r'(<pre id="checkpoint".*?\n\n— [^ ]+ .{40})(.)', other), "false"),
            "another's key": (in_page(r"(<textarea[^>]*>\n).*?(</textarea>)", rf"\g<1>{stranger}\2"), "no key of the log"),
            "a key under the number of the log's": (
                in_page(r"(<textarea[^>]*>\n)[^+]*\+([0-9a-f]{8})[^\n]*", lambda m: m[1] + re.sub(
                    r"\+[0-9a-f]{8}\+", f"+{m[2]}+", stranger, count=1)), "is not that of its key"),
            "no keys": (in_page(r"(<textarea[^>]*>\n).*?(</textarea>)", r"\1\2"), "no key of the log"),
        }
        for what, (mutation, reason) in altered.items():
            self.browser.open(self.page, mutation)
            state, text = self.browser.verdict()
            assert state == "bad" and text.startswith("NOT verified: ") and reason in text, f"{what}: {state}: {text}"
        self.browser.open(self.page)
        assert self.browser.verdict()[0] == "good"

    def no_ed25519(self):
        self.browser.open(self.page, script=NO_ED25519)
        state, text = self.browser.verdict()
        steps = self.browser.value("document.querySelector('#steps').textContent")
        assert state == "good" and "P-256" in steps and "Ed25519" not in steps, f"{text} {steps}"
        second = in_page(r'(<pre id="checkpoint".*?\n\n— [^\n]*\n— [^ ]+ .{40})(.)', other)
        self.browser.open(self.page, second, script=NO_ED25519)
        state, text = self.browser.verdict()
        assert state == "bad" and "false" in text, f"{state}: {text}"

    def keyboard(self):
        browser = self.browser
        browser.open(self.page)
        assert browser.verdict()[0] == "good"
        look = """(() => { const e = document.activeElement, s = getComputedStyle(e);
            return [e.id || e.getAttribute("aria-label") || e.textContent.trim().replace(/\\s+/g, " "), s.outlineStyle, s.outlineWidth]; })()"""
        seen = []
        for _ in range(80):
            browser.key("Tab", 9)
            name, style, width = browser.value(look)
            if browser.value("document.activeElement === document.body"):
                break
            assert style != "none" and width != "0px", f"no focus is to be seen at {name}"
            seen.append(name)
        order = ["To the content", "Transparency log", "q", "Search", "Keys that are trusted here",
                 f"tlog-proof of entry {self.index}", "The checkpoint as it is signed", "as a file", "checkpoint", "keys"]
        assert [name for name in seen if name in order] == order, f"the order of the keyboard: {seen}"
        focusable = browser.value("""[...document.querySelectorAll("a, button, input, textarea, summary, [tabindex='0']")]
            .filter((e) => e.checkVisibility()).length""")
        assert len(seen) == focusable, f"{len(seen)} of {focusable} are reached: {seen}"
        # The keys are opened, changed and used again, all by keyboard.
        browser.value("document.querySelector('details summary').focus()")
        browser.key("Enter", 13, "\r")
        browser.key("Tab", 9)
        assert browser.value("document.activeElement.id") == "keys"
        keys = browser.value("document.activeElement.value")
        browser.value("document.activeElement.select()")
        browser.call("Input.insertText", text=another_key(keys.split("+")[0]))
        browser.key("Tab", 9)
        assert browser.value("document.activeElement.id") == "again"
        browser.key("Enter", 13, "\r")
        browser.value("new Promise((r) => setTimeout(r, 0))")
        state, text = browser.verdict()
        assert state == "bad" and "no key of the log" in text, f"{state}: {text}"
        browser.value(f"document.querySelector('#keys').value = {json.dumps(keys)}")
        browser.key("Enter", 13, "\r")
        assert browser.verdict()[0] == "good"
        # A search from the keyboard.
        browser.value("document.querySelector('#q').focus()")
        browser.call("Input.insertText", text=str(self.index))
        browser.loaded = False
        browser.key("Enter", 13, "\r")
        browser.pump(lambda: browser.loaded, "the search")
        assert browser.value("location.pathname + location.search") == f"/log/search?q={self.index}"
        assert browser.value(f"document.querySelector('main a').getAttribute('href') === '/log/entry/{self.index}'")
        browser.quiet()

    def without_javascript(self):
        self.browser.open(self.page)
        self.browser.verdict()
        hashes = self.browser.value("[...document.querySelectorAll('#tree code')].map((c) => c.textContent)")
        self.browser.call("Emulation.setScriptExecutionDisabled", value=True)
        try:
            self.browser.open(self.page)
            text = self.browser.value("document.body.innerText")
            assert "Not verified: that needs JavaScript" in text
            assert self.browser.value("document.querySelector('#again').checkVisibility()") is False
            assert hashes and all(hash in text for hash in hashes), "a hash cannot be read"
            rows = self.browser.value("[...document.querySelectorAll('#values td')].map((c) => c.textContent)")
            assert rows and all(row in text for row in rows), "a value cannot be read"
        finally:
            self.browser.call("Emulation.setScriptExecutionDisabled", value=False)

    def hostile(self):
        hostile = '"><script>document.title="x"</script><img src=x onerror="document.title=1">\'&amp;\u202e'
        query = urllib.parse.urlencode({"q": hostile})
        self.browser.open(f"{self.base}/log/search?{query}")
        assert self.browser.value("document.querySelector('#q').value") == hostile.replace("\u202e", "\\u{202e}")
        assert self.browser.value("document.querySelectorAll('img, main script').length") == 0
        assert self.browser.value("document.title").startswith("Search")
        self.browser.quiet()

    def layout(self):
        """Nothing sticks out, from narrow to wide; headings and labels are there."""
        for width in (320, 1280):
            self.browser.show(width, "light")
            for path in (f"/log/entry/{self.index}", "/log/"):
                self.browser.open(self.base + path)
                self.browser.verdict()
                wide = self.browser.value("document.documentElement.scrollWidth")
                assert wide <= width, f"{path} is {wide} wide at {width}"
        levels = self.browser.value("[...document.querySelectorAll('h1, h2, h3')].map((h) => h.localName)")
        assert levels[0] == "h1" and levels.count("h1") == 1 and "h3" not in levels, levels
        unnamed = self.browser.value("[...document.querySelectorAll('input, textarea')].filter((i) => !i.labels.length).length")
        assert unnamed == 0

    def shots(self, directory):
        for scheme, width in itertools.product(("light", "dark"), (1200, 380)):
            self.browser.show(width, scheme)
            for name, path in {"entry": f"/log/entry/{self.index}", "front": "/log/", "search": "/log/search?q=1"}.items():
                self.browser.open(self.base + path)
                if name != "search":
                    self.browser.verdict()
                self.browser.picture(os.path.join(directory, f"{name}-{scheme}-{width}.png"))


def main(arguments):
    directory = arguments[arguments.index("--shots") + 1] if "--shots" in arguments else None
    place, which, *indices = arguments[:arguments.index("--shots")] if directory else arguments
    base = serve(place) if os.path.isdir(place) else place
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(profile)
        try:
            checks = Checks(browser, base, [int(index) for index in indices])
            every = [checks.verify]
            if which == "witnessed":
                every.append(checks.witness)
            if which == "all":
                every += [checks.mutations, checks.no_ed25519, checks.keyboard, checks.without_javascript, checks.hostile,
                          checks.layout]
            for check in every:
                check()
                print(f"ok {check.__name__}", flush=True)
            if directory:
                checks.shots(directory)
        finally:
            browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
