# The size of many pages, at most three requests at once.
import asyncio
import sys

import aiohttp


async def fetch(session, limit, url):
    async with limit, session.get(url) as response:
        return len(await response.read())


async def main(urls):
    limit = asyncio.Semaphore(3)
    async with aiohttp.ClientSession() as session:
        pages = (fetch(session, limit, url) for url in urls)
        print(await asyncio.gather(*pages))


asyncio.run(main(sys.argv[1:]))
