"""The least that an asyncio program needs for one response: a GET by hand, json.loads, no library."""

from __future__ import annotations

import asyncio
import json

from common import Job, Pairs, run


def cold(job: Job) -> Pairs:
    server, _, path = job.base.removeprefix("http://").partition("/")
    host, _, port = server.rpartition(":")
    target = f"/{path}/repos/{job.owner}/{job.names()[0]}"

    async def work() -> bytes:
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET {target} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n".encode())
        response = await reader.read(-1)
        writer.close()
        return response

    found = json.loads(asyncio.run(work()).partition(b"\r\n\r\n")[2])
    return [(found["id"], found["stargazers_count"])]


run({"cold": cold})
