# SPDX-License-Identifier: EUPL-1.2
"""Scores an answer's headers by the rules of Mozilla's HTTP Observatory (its scoring guide), as far as they can be told without a second
site: start at 100, take off for what is missing; what is better than needed counts only from 90 on. Not told: HSTS preloading
and the redirect from http, which are the proxy's."""
import re

PRIVATE = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")


def policy_of(text):
    parts = [part.split() for part in (text or "").split(";") if part.strip()]
    return {part[0]: part[1:] for part in parts}


def content_security_policy(headers):
    policy = policy_of(headers.get("Content-Security-Policy"))
    if not policy:
        return -25, 0
    default = policy.get("default-src", ["*"])
    scripts, styles = policy.get("script-src", default), policy.get("style-src", default)
    if "'unsafe-inline'" in scripts or "*" in scripts or "data:" in scripts or "https:" in scripts:
        return -20, 0
    if "'unsafe-eval'" in scripts:
        return -10, 0
    if "'unsafe-inline'" in styles:
        return 0, 0
    return 0, 10 if default == ["'none'"] else 5


def cookies(headers):
    lost = 0
    for cookie in headers.get_all("Set-Cookie") or []:
        session = "HttpOnly" in cookie or "interlink=" in cookie.split(";")[0]
        if "; Secure" not in cookie:
            lost -= 40 if session else 20
        elif session and "; HttpOnly" not in cookie:
            lost -= 30
        if "; SameSite" not in cookie:
            lost -= 5
    return lost, 5 if headers.get("Set-Cookie") and not lost else 0


def score(headers, https=True):
    """The score, and what made it: {rule: points}."""
    policy = policy_of(headers.get("Content-Security-Policy"))
    lost, won = {}, {}
    lost["csp"], won["csp"] = content_security_policy(headers)
    lost["cookies"], won["cookies"] = cookies(headers)
    if headers.get("Access-Control-Allow-Origin") == "*" and headers.get("Access-Control-Allow-Credentials"):
        lost["cors"] = -50
    seconds = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security") or "")
    if https:
        lost["hsts"] = -20 if not seconds else -10 if int(seconds[1]) < 15768000 else 0
    lost["nosniff"] = 0 if headers.get("X-Content-Type-Options") == "nosniff" else -5
    referrer = headers.get("Referrer-Policy")
    lost["referrer"] = -5 if referrer in ("unsafe-url", "origin", "origin-when-cross-origin") else 0
    won["referrer"] = 5 if referrer in PRIVATE else 0
    framing = "frame-ancestors" in policy
    lost["frames"] = 0 if framing or headers.get("X-Frame-Options") else -20
    won["frames"] = 5 if framing and policy["frame-ancestors"] != ["*"] else 0
    won["corp"] = 10 if headers.get("Cross-Origin-Resource-Policy") in ("same-origin", "same-site") else 0
    won["coop"] = 10 if headers.get("Cross-Origin-Opener-Policy") == "same-origin" else 0
    won["coep"] = 10 if headers.get("Cross-Origin-Embedder-Policy") in ("require-corp", "credentialless") else 0
    total = 100 + sum(lost.values())
    total += sum(won.values()) if total >= 90 else 0
    return total, {rule: points for rule, points in {**won, **{r: p for r, p in lost.items() if p}}.items() if points}
