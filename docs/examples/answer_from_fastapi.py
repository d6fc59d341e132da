"""A web service on FastAPI that answers within a budget and says what it cost. Needs `pip install fastapi uvicorn`.

Serve it with `uvicorn answer_from_fastapi:app`. One client serves all requests, and none waits for another.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException, Request

from tokenwise_shell import AsyncClient, BudgetExceeded


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    offline = None if os.environ.get("OPENROUTER_API_KEY") else True  # simulated answers until there is a key
    async with AsyncClient(offline=offline) as app.state.tw:
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/answer")
async def answer(request: Request, q: str, budget: str = "0.01") -> dict[str, str]:
    tw: AsyncClient = request.app.state.tw
    try:
        done = await tw.complete(q, budget=budget)
    except BudgetExceeded as refused:
        raise HTTPException(402, f"${refused.needed} would do, ${refused.available} was given") from None
    if not done.success:
        raise HTTPException(502, done.why)
    return {"answer": done.output, "model": done.model, "cost_usd": str(done.total_cost)}
