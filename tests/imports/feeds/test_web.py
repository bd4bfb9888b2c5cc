"""Fetching over HTTPS: what is whole and from an open, trusted server is taken; everything else is said in words."""

import time

import pytest

from contacts.imports.feeds import web
from contacts.imports.feeds.addresses import address_of, is_public, shown
from contacts.imports.feeds.errors import Trouble, WrongPlace

LIST = b"E-mail\r\nann@example.org\r\n"


def fetched(location: str, **known: str) -> tuple[str, bytes]:
    found = web.download(location, **known)
    assert found is not None
    with found:
        return found.name, found.as_file().read()


class TestGood:
    def test_a_file_comes_whole_with_its_name(self, site):
        assert fetched(site.serve("/lists/people.csv", LIST)) == ("people.csv", LIST)
        named = site.serve("/get", LIST, Content_Disposition='attachment; filename="../../week 12.csv"')
        assert fetched(named)[0] == "week 12.csv"

    def test_what_is_still_the_same_is_not_sent_again(self, site):
        with web.download(
            site.serve("/a.csv", LIST, ETag='"1"', Last_Modified="Mon, 01 Jan 2024 00:00:00 GMT")
        ) as found:
            etag, modified = found.etag, found.modified
        site.serve("/a.csv", status=304)
        assert web.download(site.url + "/a.csv", etag=etag, modified=modified) is None
        assert site.asked[-1][1]["If-None-Match"] == '"1"'

    def test_a_redirect_is_followed_and_takes_the_password_to_the_same_host_only(self, site, monkeypatch):
        site.serve("/a.csv", LIST)
        site.serve("/old", status=302, Location="/a.csv")
        where = site.url.replace("https://", "https://we:s%20cret@") + "/old"
        assert fetched(where)[1] == LIST
        assert [headers.get("Authorization") for _path, headers in site.asked] == ["Basic d2U6cyBjcmV0"] * 2
        elsewhere = address_of(where).followed("https://other.example.org/x")
        assert "Authorization" not in elsewhere.headers

    def test_a_file_in_chunks(self, site):
        def chunks(door):
            door.send_response(200)
            door.send_header("Transfer-Encoding", "chunked")
            door.end_headers()
            door.wfile.write(b"6\r\nE-mail\r\n0\r\n\r\n")

        assert fetched(site.act("/a.csv", chunks))[1] == b"E-mail"


class TestTrouble:
    @pytest.mark.parametrize(
        ("status", "words"),
        [(404, "no file at this address"), (500, "could not give us"), (401, "does not let us in"), (204, "could not")],
    )
    def test_an_answer_that_is_no_file(self, site, status, words):
        with pytest.raises(Trouble, match=words):
            web.download(site.serve("/a.csv", status=status))

    def test_a_truncated_download(self, site):
        where = site.serve("/a.csv", LIST, Content_Length=str(len(LIST) + 100))
        with pytest.raises(Trouble, match="only in part"):
            web.download(where)

    def test_a_truncated_download_in_chunks(self, site):
        def half(door):
            door.send_response(200)
            door.send_header("Transfer-Encoding", "chunked")
            door.end_headers()
            door.wfile.write(b"ff\r\nE-mail\r\n")

        with pytest.raises(Trouble, match="only in part"):
            web.download(site.act("/a.csv", half))

    def test_a_server_that_never_ends(self, site, monkeypatch):
        monkeypatch.setattr(web, "LONGEST", 0.5)

        def drip(door):
            door.send_response(200)
            door.send_header("Content-Length", "1000000")
            door.end_headers()
            for _second in range(200):
                door.wfile.write(b"a")
                door.wfile.flush()
                time.sleep(0.05)

        with pytest.raises(Trouble, match="too slow"):
            web.download(site.act("/a.csv", drip))

    def test_a_server_that_says_nothing(self, site, monkeypatch):
        monkeypatch.setattr(web, "PATIENCE", 0.2)
        with pytest.raises(Trouble, match="does not answer"):
            web.download(site.act("/a.csv", lambda door: time.sleep(1)))

    def test_too_large_by_its_own_word_or_by_what_comes(self, site, monkeypatch):
        monkeypatch.setattr(web, "LARGEST_FILE", 10)
        with pytest.raises(Trouble, match="larger than"):
            web.download(site.serve("/a.csv", LIST))

        def endless(door):
            door.send_response(200)
            door.end_headers()
            door.wfile.write(b"a" * 1000)

        with pytest.raises(Trouble, match="larger than"):
            web.download(site.act("/b.csv", endless))

    def test_a_sign_in_page_instead_of_a_list(self, site):
        page = b"\n<!DOCTYPE html><title>Sign in</title>"
        for headers in ({"Content_Type": "text/html"}, {}):
            with pytest.raises(Trouble, match="web page"):
                web.download(site.serve("/a.csv", page, **headers))

    def test_a_packed_answer(self, site):
        with pytest.raises(Trouble, match="packed"):
            web.download(site.serve("/a.csv", LIST, Content_Encoding="gzip"))

    def test_a_certificate_nobody_vouches_for(self, site, monkeypatch):
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(Trouble, match="certificate"):
            web.download(site.serve("/a.csv", LIST))
        assert site.asked == []

    def test_a_certificate_of_another_server(self, site):
        with pytest.raises(Trouble, match="certificate"):
            web.download(site.serve("/a.csv", LIST).replace("127.0.0.1", "localhost"))

    def test_redirects_without_end(self, site):
        site.serve("/a", status=302, Location="/a")
        with pytest.raises(Trouble, match="on and on"):
            web.download(site.url + "/a")
        assert len(site.asked) == web.MOST_REDIRECTS + 1

    def test_a_name_nobody_has(self, settings):
        with pytest.raises(Trouble, match="no server called"):
            web.download("https://nowhere.invalid/a.csv")

    def test_no_sentence_and_no_log_tells_the_password(self, site, caplog):
        where = site.url.replace("https://", "https://we:topsecret@") + "/none?token=alsosecret"
        with pytest.raises(Trouble) as trouble:
            web.download(where)
        assert "secret" not in str(trouble.value) + caplog.text
        assert "secret" not in shown(where)


class TestPlaces:
    def test_a_redirect_to_plain_http_is_not_followed(self, site):
        site.serve("/a", status=302, Location="http://127.0.0.1/a.csv")
        with pytest.raises(WrongPlace, match="https"):
            web.download(site.url + "/a")

    def test_a_redirect_into_the_private_network_is_not_followed(self, site, settings, monkeypatch):
        site.serve("/secret.csv", LIST)
        site.serve("/a", status=302, Location=site.url.replace("127.0.0.1", "localhost") + "/secret.csv")
        machines = web.machines_of

        def only_the_first(address):
            settings.FEEDS_ALLOW_PRIVATE = address.target == "/a"
            return machines(address)

        monkeypatch.setattr(web, "machines_of", only_the_first)
        with pytest.raises(WrongPlace, match="private network"):
            web.download(site.url + "/a")
        assert [path for path, _headers in site.asked] == ["/a"]

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254"])
    def test_this_machine_and_private_networks_are_refused(self, host):
        with pytest.raises(WrongPlace, match="private network"):
            web.download(f"https://{host}/a.csv")

    @pytest.mark.parametrize(
        "machine",
        ["192.168.1.1", "100.64.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "fe80::1%eth0", "fd00::1",
         "224.0.0.1", "255.255.255.255"],
    )  # fmt: skip
    def test_disguises_of_private_addresses_are_seen_through(self, machine):
        assert not is_public(machine)

    def test_open_addresses_are_open(self):
        assert is_public("93.184.216.34")
        assert is_public("2606:4700::1")

    @pytest.mark.parametrize(
        "location", ["http://example.org/a", "ftp://example.org/a", "file:///etc/passwd", "https://", "/a", "https://[x",
                     "https://a b/", "https://example.org:99999/", "https://example.org/\r\nHost: x"]
    )  # fmt: skip
    def test_only_addresses_with_https(self, location):
        with pytest.raises(WrongPlace):
            address_of(location)
