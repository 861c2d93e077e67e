# SPDX-License-Identifier: EUPL-1.2
"""Requests that no honest client sends. Each would let two servers disagree on where a request ends or what it asks for.

REFUSED: answered with a 4xx or 505 (or just closed), and never followed by an answer on the same connection.
HARMLESS: the HTTP library reads them all the same; then the connection ends after that one answer.
HONEST: odd, and as they should be; answered with 200.

A body is one that the server would understand: a request that it takes shows in the answer, a 401.

`NEXT` stands behind each of them: the second request that an attacker would like to hide.
"""

GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"
BODY = b'{"email":"a@example.org","password":"a"}'
NEXT = b"GET /healthz?next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


WHOLE = chunk(BODY) + b"0\r\n\r\n"

LENGTHS = {
    "length and encoding": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + WHOLE,
    "encoding and length": CHUNKED + b"Content-Length: 5\r\n\r\n" + WHOLE,
    "length, encoding in other case": POST + b"content-length: 5\r\ntransfer-encoding: Chunked\r\n\r\n" + WHOLE,
    "two lengths": POST + b"Content-Length: 40\r\nContent-Length: 90\r\n\r\n" + BODY,
    "two equal lengths": POST + b"Content-Length: 40\r\nContent-Length: 40\r\n\r\n" + BODY,
    "a list of lengths": POST + b"Content-Length: 40, 40\r\n\r\n" + BODY,
    "a signed length": POST + b"Content-Length: +40\r\n\r\n" + BODY,
    "a hexadecimal length": POST + b"Content-Length: 0x28\r\n\r\n" + BODY,
    "a negative length": POST + b"Content-Length: -1\r\n\r\n{}",
    "a fraction of a length": POST + b"Content-Length: 40.0\r\n\r\n" + BODY,
    "blanks in a length": POST + b"Content-Length: 4 0\r\n\r\n" + BODY,
    "no digits in a length": POST + b"Content-Length: \r\n\r\n{}",
    "a length in quotes": POST + b"Content-Length: \"40\"\r\n\r\n" + BODY,
    "a length beyond 64 bits": POST + b"Content-Length: 18446744073709551656\r\n\r\n" + BODY,
    "an endless length": POST + b"Content-Length: 99999999999999999999\r\n\r\n{}",
    "unknown encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + WHOLE,
    "identity": POST + b"Transfer-Encoding: identity\r\nContent-Length: 40\r\n\r\n" + BODY,
    "two encodings": CHUNKED + b"Transfer-Encoding: identity\r\n\r\n" + WHOLE,
    "twice chunked": CHUNKED + b"Transfer-Encoding: chunked\r\n\r\n" + WHOLE,
    "a list of encodings": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + WHOLE,
    "chunked, then another": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n" + WHOLE,
    "chunked with a parameter": POST + b"Transfer-Encoding: chunked;q=1\r\n\r\n" + WHOLE,
    "an empty encoding": POST + b"Transfer-Encoding:\r\n\r\n" + WHOLE,
    "vertical tab before chunked": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + WHOLE,
    "encoding in HTTP/1.0": CHUNKED.replace(b"1.1", b"1.0") + b"\r\n" + WHOLE,
    "body of a GET": GET + b"Content-Length: 5\r\n\r\nhello",
    "chunks of a GET": GET + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "body of a HEAD": GET.replace(b"GET", b"HEAD") + b"Content-Length: 5\r\n\r\nhello",
    "body of a DELETE": b"DELETE /api/v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
}

HEADERS = {
    "blank before the colon": POST + b"Content-Length : 40\r\n\r\n" + BODY,
    "tab before the colon": POST + b"Transfer-Encoding\t: chunked\r\n\r\n" + WHOLE,
    "blank before the first header": b"GET /healthz HTTP/1.1\r\n Host: a\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": GET + b"Host: b\r\n\r\n",
    "twice the same host": GET + b"Host: a\r\n\r\n",
    "an empty host": b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n",
    "an odd host": b"GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "a host with somebody in it": b"GET /healthz HTTP/1.1\r\nHost: b@a\r\n\r\n",
    "two hosts in one": b"GET /healthz HTTP/1.1\r\nHost: a, b\r\n\r\n",
    "folded header": GET + b"X-A: b\r\n c\r\nX-B: c\r\n\r\n",
    "header folded by a tab": GET + b"X-A: b\r\n\tc\r\n\r\n",
    "folded last header": GET + b"X-A: b\r\n c\r\n\r\n",
    "folded encoding": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + WHOLE,
    "folded length": POST + b"Content-Length:\r\n 40\r\n\r\n" + BODY,
    "bare line feed": b"GET /healthz HTTP/1.1\r\nHost: a\nX-A: b\r\n\r\n",
    "bare line feed after the request line": b"GET /healthz HTTP/1.1\nHost: a\r\n\r\n",
    "bare line feeds only": b"GET /healthz HTTP/1.1\nHost: a\n\n",
    "bare line feed at the end": b"GET /healthz HTTP/1.1\r\nHost: a\r\n\n",
    "bare carriage return": GET + b"X-A: b\rX-B: c\r\n\r\n",
    "NUL in a value": GET + b"X-A: b\0c\r\n\r\n",
    "NUL in a name": GET + b"X-\0A: b\r\n\r\n",
    "NUL after the length": POST + b"Content-Length: 40\0 0\r\n\r\n" + BODY,
    "control byte in a value": GET + b"X-A: b\x01c\r\n\r\n",
    "DEL in a value": GET + b"X-A: b\x7fc\r\n\r\n",
    "name that is no token": GET + b"X(A): b\r\n\r\n",
    "name with a blank": GET + b"X A: b\r\n\r\n",
    "name beyond ASCII": GET + b"X-\xc3\xa9: b\r\n\r\n",
    "no name": GET + b": b\r\n\r\n",
    "line without a colon": GET + b"hello\r\n\r\n",
    "unknown expectation": POST + b"Content-Length: 40\r\nExpect: a-miracle\r\n\r\n" + BODY,
    "too many headers": GET + b"".join(b"X-%d: a\r\n" % i for i in range(101)) + b"\r\n",
    "a header too large": GET + b"X-A: " + b"a" * 40000 + b"\r\n\r\n",
}

LINES = {
    "another host in the address": b"GET http://evil/healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "somebody in the address": b"GET http://a@evil/healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "another scheme": b"GET ftp://a/healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "no slash": b"GET healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "only an authority": b"GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
    "asterisk": b"GET * HTTP/1.1\r\nHost: a\r\n\r\n",
    "NUL in the address": b"GET /healthz\0x HTTP/1.1\r\nHost: a\r\n\r\n",
    "beyond ASCII in the address": b"GET /healthz\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
    "control byte in the address": b"GET /healthz\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
    "encoded NUL": b"GET /healthz%00x HTTP/1.1\r\nHost: a\r\n\r\n",
    "encoded slash": b"GET /files%2flogos/x HTTP/1.1\r\nHost: a\r\n\r\n",
    "encoded backslash": b"GET /files%5clogos HTTP/1.1\r\nHost: a\r\n\r\n",
    "backslash": b"GET /files\\logos HTTP/1.1\r\nHost: a\r\n\r\n",
    "fragment": b"GET /healthz#x HTTP/1.1\r\nHost: a\r\n\r\n",
    "dot segments": b"GET /static/../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
    "encoded dot segments": b"GET /static/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
    "single dot": b"GET /static/./x HTTP/1.1\r\nHost: a\r\n\r\n",
    "broken escape": b"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
    "half an escape": b"GET /healthz% HTTP/1.1\r\nHost: a\r\n\r\n",
    "blank in the address": b"GET /health z HTTP/1.1\r\nHost: a\r\n\r\n",
    "two blanks": b"GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "two blanks before the version": b"GET /healthz  HTTP/1.1\r\nHost: a\r\n\r\n",
    "a tab": b"GET\t/healthz\tHTTP/1.1\r\nHost: a\r\n\r\n",
    "a blank first": b" GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "method that is no token": b"G(T /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "HTTP/2.0": b"GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n",
    "HTTP/1.2": b"GET /healthz HTTP/1.2\r\nHost: a\r\n\r\n",
    "HTTP/1.10": b"GET /healthz HTTP/1.10\r\nHost: a\r\n\r\n",
    "another protocol": b"GET /healthz HTCPCP/1.1\r\nHost: a\r\n\r\n",
    "version in lower case": b"GET /healthz http/1.1\r\nHost: a\r\n\r\n",
    "no version": b"GET /healthz\r\nHost: a\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an address too long": b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
}

CHUNKS = {
    "size that is no number": CHUNKED + b"\r\nxx\r\n" + BODY + b"\r\n0\r\n\r\n",
    "size with a sign": CHUNKED + b"\r\n+28\r\n" + BODY + b"\r\n0\r\n\r\n",
    "negative size": CHUNKED + b"\r\n-1\r\n" + BODY + b"\r\n0\r\n\r\n",
    "size beyond 64 bits": CHUNKED + b"\r\nffffffffffffffff1\r\n" + BODY + b"\r\n0\r\n\r\n",
    "no line end after a chunk": CHUNKED + b"\r\n28\r\n" + BODY + b"0\r\n\r\n",
    "more than the chunk": CHUNKED + b"\r\n27\r\n" + BODY + b"\r\n0\r\n\r\n",
}

REFUSED = {**LENGTHS, **HEADERS, **LINES, **CHUNKS}

HARMLESS = {
    "chunks": CHUNKED + b"\r\n" + WHOLE,
    "line feeds in chunks": CHUNKED + b"\r\n" + WHOLE.replace(b"\r\n", b"\n"),
    "line feed after a size": CHUNKED + b"\r\n28\n" + BODY + b"\r\n0\r\n\r\n",
    "line feed after a chunk": CHUNKED + b"\r\n28\r\n" + BODY + b"\n0\r\n\r\n",
    "line feeds at the end": CHUNKED + b"\r\n" + chunk(BODY) + b"0\n\n",
    "size in hexadecimal notation": CHUNKED + b"\r\n0x28\r\n" + BODY + b"\r\n0\r\n\r\n",
    "blank after a size": CHUNKED + b"\r\n28 \r\n" + BODY + b"\r\n0\r\n\r\n",
    "zeros before a size": CHUNKED + b"\r\n0000028\r\n" + BODY + b"\r\n0\r\n\r\n",
    "extension": CHUNKED + b"\r\n28;a=b\r\n" + BODY + b"\r\n0\r\n\r\n",
    "line feed in an extension": CHUNKED + b"\r\n28;a\nb\r\n" + BODY + b"\r\n0\r\n\r\n",
    "extension of the last chunk": CHUNKED + b"\r\n" + chunk(BODY) + b"0;a=b\r\n\r\n",
    "trailers": CHUNKED + b"\r\n" + chunk(BODY) + b"0\r\nX-A: b\r\n\r\n",
    "a length as trailer": CHUNKED + b"\r\n" + chunk(BODY) + b"0\r\nContent-Length: 60\r\n\r\n",
    "folded trailer": CHUNKED + b"\r\n" + chunk(BODY) + b"0\r\nX-A: b\r\n c\r\n\r\n",
}

HONEST = {
    "several at once": GET + b"\r\n" + GET + b"Connection: close\r\n\r\n",
    "absolute form": b"GET http://a/healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "blanks after a value": GET + b"X-A: b  \r\nConnection: close\r\n\r\n",
    "empty value": GET + b"X-A:\r\nConnection: close\r\n\r\n",
    "much in the headers": GET + b"".join(b"X-%d: %s\r\n" % (i, b"a" * 250) for i in range(60)) + b"Connection: close\r\n\r\n",
    "old version": b"GET /healthz HTTP/1.0\r\nHost: a\r\n\r\n",
}
