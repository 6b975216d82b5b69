"""Adding many plans: folders, duplicates, several processes at once, and pages served from this machine."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from planlens import fetch, intake
from planlens.cli import main
from planlens.errors import InputError
from planlens.library import Library, init

PLAN = "某某市{year}年卫生健康工作要点\n\n一、队伍\n（一）引才。引进人才{count}名。\n"
PAGE = "<html><head><meta charset='utf-8'></head><body>{}</body></html>"


def plan(year: int, count: int = 60) -> str:
    return PLAN.format(year=year, count=count)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    init(tmp_path / "shelf")
    return tmp_path / "shelf"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def add(capsys: pytest.CaptureFixture[str], shelf: Path, *arguments: object) -> tuple[int, str, str]:
    code = main(["add", *map(str, arguments), "--library", str(shelf)])
    said = capsys.readouterr()
    return code, said.out, said.err


def ids(shelf: Path) -> list[str]:
    return sorted(entry.info.id for entry in Library.open(shelf).entries)


def test_a_folder_goes_in_whole_but_for_what_cannot_be_read(
    capsys: pytest.CaptureFixture[str], shelf: Path, tmp_path: Path
) -> None:
    many = tmp_path / "many"
    write(many / "a.txt", plan(2023))
    write(many / "b" / "c.md", plan(2024))
    write(many / "b" / "copy.txt", plan(2023))
    write(many / "b" / "bad.docx", "kein Word")
    write(many / "photo.xyz", "x")
    write(many / ".hidden" / "d.txt", plan(2020))
    (many / "out.txt").symlink_to(write(tmp_path / "outside.txt", plan(2021)))
    (many / "loop").symlink_to(many, target_is_directory=True)
    code, out, err = add(capsys, shelf, many)
    assert code == 2 and ids(shelf) == ["某某-2023", "某某-2024"]
    assert out.count("\n") == 2
    assert "as 某某-2023" in err and "bad.docx" in err and "1 .xyz" in err and "out.txt, a link" in err
    assert "2 added, 1 there already, 1 not read" in err
    assert "loop, a link" in err
    assert add(capsys, shelf, many / "a.txt", many / "b" / "c.md")[0] == 0  # nothing new is no failure


def test_one_text_in_two_formats_is_one_plan(capsys: pytest.CaptureFixture[str], shelf: Path, tmp_path: Path) -> None:
    text = write(tmp_path / "a.txt", plan(2024))
    paragraphs = "".join(f"<p>{line}</p>" for line in plan(2024).split("\n") if line)
    page = write(tmp_path / "b.html", PAGE.format(paragraphs))
    add(capsys, shelf, text)
    code, out, err = add(capsys, shelf, page)
    assert (code, out) == (0, "") and "this text already, as 某某-2024 (.txt)" in err
    assert add(capsys, shelf, page, "--id", "again")[0] == 0 and ids(shelf) == ["again", "某某-2024"]


def test_what_is_given_goes_before_what_was_recognised(
    capsys: pytest.CaptureFixture[str], shelf: Path, tmp_path: Path
) -> None:
    file = write(tmp_path / "a.txt", plan(2024))
    assert add(capsys, shelf, file, "--region", "中山市", "--period", "2021-2025", "--effect", "2021-03-01")[0] == 0
    (entry,) = Library.open(shelf).entries
    assert (entry.info.id, entry.info.region, entry.info.effect) == ("中山-2021-2025", "中山市", "2021-03-01")
    assert (entry.info.level, entry.info.parent) == ("city", "广东省")
    code, _, err = add(capsys, shelf, file, file.with_suffix(".md"), "--id", "x")
    assert code == 2 and "--id goes with one file" in err


def test_four_at_once_lose_nothing(shelf: Path, tmp_path: Path) -> None:
    commands = []
    for part in range(4):
        for year in range(2016, 2022):
            write(tmp_path / str(part) / f"{year}.txt", plan(year, count=10 + part))
        command = [sys.executable, "-m", "planlens", "add", str(tmp_path / str(part)), "--library", str(shelf)]
        commands.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
    assert [process.communicate()[1].decode().count("6 added") for process in commands] == [1] * 4
    library = Library.open(shelf)
    assert len(library.entries) == 24 and len({entry.info.id for entry in library.entries}) == 24
    assert all(entry.path.is_file() for entry in library.entries)


# -- addresses ---------------------------------------------------------------------------------------------------


@pytest.fixture
def site() -> Iterator[Callable[[str, int, dict[str, str], bytes], str]]:
    """Serves what is put at a path of this machine; gives its address back."""
    pages: dict[str, tuple[int, dict[str, str], bytes]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = pages[self.path]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()

    def put(path: str, status: int, headers: dict[str, str], body: bytes) -> str:
        pages[path] = (status, headers, body)
        return f"http://127.0.0.1:{server.server_port}{path}"

    yield put
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_PAUSE", 0.0)


def test_a_page_is_fetched_and_kept_with_its_address(
    capsys: pytest.CaptureFixture[str], shelf: Path, site: Callable[..., str]
) -> None:
    pytest.importorskip("httpx")
    body = PAGE.format("".join(f"<p>{line}</p>" for line in plan(2024).split("\n") if line)).encode()
    url = site("/post_1.html", 200, {"Content-Type": "application/octet-stream"}, body)
    code, _, err = add(capsys, shelf, url)
    assert code == 2 and "private network" in err and "--allow-host 127.0.0.1" in err
    assert add(capsys, shelf, url, "--allow-host", "127.0.0.1")[0] == 0
    (entry,) = Library.open(shelf).entries
    assert entry.info.source == url and (entry.fetched or "").endswith("Z")
    assert entry.path.suffix == ".html" and entry.path.read_bytes() == body


@pytest.mark.parametrize(
    ("status", "headers", "body", "says"),
    [
        (404, {}, b"no", "answered 404"),
        (200, {}, b"", "sent nothing"),
        (302, {"Location": "http://elsewhere.invalid/a"}, b"", "another host"),
        (302, {"Location": "file:///etc/passwd"}, b"", "only http"),
        (302, {"Location": "/a"}, b"", "redirects"),
        (200, {}, b"x" * 3000, "limit"),
        (200, {}, b"\x89PNG" + b"x" * 50, "picture"),
    ],
)
def test_what_a_site_may_not_do(
    site: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    headers: dict[str, str],
    body: bytes,
    says: str,
) -> None:
    pytest.importorskip("httpx")
    monkeypatch.setattr(fetch, "_LARGEST", 2000)
    url = site("/a", status, headers, body)
    with pytest.raises(InputError, match=says) as error:
        fetch.fetch(url, allowed=["127.0.0.1"])
    assert "\n" not in str(error.value)


def test_a_redirect_on_the_host_is_followed(site: Callable[..., str]) -> None:
    pytest.importorskip("httpx")
    site("/b.txt", 200, {}, plan(2024).encode())
    got = fetch.fetch(site("/a", 301, {"Location": "/b.txt"}, b""), allowed=["127.0.0.1"])
    assert got.url.endswith("/b.txt") and got.suffix == ".txt" and got.data == plan(2024).encode()


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/a", "http://", "http://user:word@example.org/", "http://[::1]/", "http://169.254.169.254/meta"],
)
def test_addresses_that_are_never_asked(url: str) -> None:
    pytest.importorskip("httpx")
    with pytest.raises(InputError):
        fetch.fetch(url)


def test_every_address_of_a_name_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("httpx")
    answers = [(2, 1, 6, "", ("93.184.216.34", 80)), (2, 1, 6, "", ("10.0.0.7", 80))]
    monkeypatch.setattr(fetch.socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(InputError, match=r"10\.0\.0\.7"):
        fetch.fetch("http://plans.example/a")


def test_a_name_is_asked_for_at_the_address_that_was_checked(
    site: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("httpx")
    port = int(site("/a.txt", 200, {}, plan(2024).encode()).rsplit(":", 1)[1].split("/")[0])
    monkeypatch.setattr(fetch.socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", port))])
    got = fetch.fetch(f"http://plans.example:{port}/a.txt", allowed=["plans.example"])
    assert got.url == f"http://plans.example:{port}/a.txt" and "引才".encode() in got.data


def test_without_httpx_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(InputError, match=r"planlens\[web\]"):
        fetch.fetch("https://example.org/")


def test_a_folder_without_plans_is_said(tmp_path: Path) -> None:
    write(tmp_path / "a.xyz", "x")
    with pytest.raises(InputError, match="no file in this folder"):
        intake.sources([str(tmp_path)])
