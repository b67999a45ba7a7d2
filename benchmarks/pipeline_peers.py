"""Plain pipelines of LlamaIndex and Haystack, as their first tutorials build them, over given passages.

Replies are kept on disk: a peer does not change while Kefu does.
"""

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version

from answers import REFUSAL, Reply
from haystack import Document, Pipeline
from haystack.components.builders import ChatPromptBuilder
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.core.errors import PipelineRuntimeError
from haystack.dataclasses import ChatMessage
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.utils import Secret
from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata
from llama_index.core.schema import TextNode
from openai import OpenAI
from vectors import CACHE, embed_cached

from kefu.llm.endpoints import Endpoint

ANSWER_TOKENS = 250
TOP_K = 3  # chunks, about 1,200 tokens
HAYSTACK_TEMPLATE = """Given the following information, answer the question.

Context:
{% for document in documents %}
    {{ document.content }}
{% endfor %}

Question: {{question}}
Answer:"""

Read = tuple[str, list[str]]
"""What a pipeline wrote, and the passages it had read."""
Ask = Callable[[str], Read]
Build = Callable[[Sequence[str], Endpoint], Ask]


class LocalModel(CustomLLM):
    """The bundled model as LlamaIndex asks it."""

    url: str
    key: str
    name: str

    @property
    def metadata(self) -> LLMMetadata:
        """Room for the passages, so that one call answers."""
        return LLMMetadata(context_window=8192, num_output=ANSWER_TOKENS, model_name=self.name)

    def complete(self, prompt: str, *_given: object, **_named: object) -> CompletionResponse:
        """One chat message, as for any chat model."""
        client = OpenAI(base_url=self.url, api_key=self.key, timeout=600)
        answer = client.chat.completions.create(
            model=self.name,
            messages=[{"role": "user", "content": prompt}],
            max_tokens=ANSWER_TOKENS,
            temperature=0,
        )
        return CompletionResponse(text=answer.choices[0].message.content or "")

    def stream_complete(self, prompt: str, *_given: object, **_named: object) -> object:
        """Not needed here."""
        raise NotImplementedError


class CachedEmbedding(BaseEmbedding):
    """Kefu's embedder as LlamaIndex asks it."""

    def _get_query_embedding(self, query: str) -> list[float]:
        return embed_cached([query], is_query=True)[0].tolist()

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return embed_cached([text], is_query=False)[0].tolist()


def build_llama_index(passages: Sequence[str], endpoint: Endpoint) -> Ask:
    """An index of vectors and its query engine, with LlamaIndex's own prompt."""
    vectors = embed_cached(passages, is_query=False)
    nodes = [
        TextNode(text=text, embedding=vector.tolist())
        for text, vector in zip(passages, vectors, strict=True)
    ]
    index = VectorStoreIndex(nodes, embed_model=CachedEmbedding())
    model = LocalModel(url=endpoint.url, key=read_key(endpoint), name=endpoint.model)
    engine = index.as_query_engine(llm=model, similarity_top_k=TOP_K)

    def ask(question: str) -> Read:
        response = engine.query(question)
        return str(response), [node.text for node in response.source_nodes]

    return ask


def build_haystack(passages: Sequence[str], endpoint: Endpoint) -> Ask:
    """A retriever, a prompt and a generator, as its tutorial connects them."""
    store = InMemoryDocumentStore(embedding_similarity_function="dot_product")
    vectors = embed_cached(passages, is_query=False)
    store.write_documents(
        [
            Document(id=str(number), content=text, embedding=vector.tolist())
            for number, (text, vector) in enumerate(zip(passages, vectors, strict=True))
        ]
    )
    pipeline = Pipeline()
    pipeline.add_component("retriever", InMemoryEmbeddingRetriever(store, top_k=TOP_K))
    template = [ChatMessage.from_user(HAYSTACK_TEMPLATE)]
    pipeline.add_component("prompt", ChatPromptBuilder(template=template))
    generator = OpenAIChatGenerator(
        api_key=Secret.from_token(read_key(endpoint)),
        api_base_url=endpoint.url,
        model=endpoint.model,
        generation_kwargs={"max_tokens": ANSWER_TOKENS, "temperature": 0},
        timeout=600,
    )
    pipeline.add_component("model", generator)
    pipeline.connect("retriever", "prompt.documents")
    pipeline.connect("prompt.prompt", "model.messages")

    def ask(question: str) -> Read:
        vector = embed_cached([question], is_query=True)[0].tolist()
        given = {"retriever": {"query_embedding": vector}, "prompt": {"question": question}}
        try:
            out = pipeline.run(given, include_outputs_from={"retriever"})
        except PipelineRuntimeError as problem:  # the passages exceed what the model takes
            print(f"\n{problem}\nIt counts as an empty reply.", flush=True)
            return "", []
        read = [document.content for document in out["retriever"]["documents"]]
        return out["model"]["replies"][0].text or "", read

    return ask


PEERS: dict[str, tuple[str, Build]] = {
    "llama-index": ("llama-index-core", build_llama_index),
    "haystack": ("haystack-ai", build_haystack),
}


def read_key(endpoint: Endpoint) -> str:
    """The key that the server of the bundled model asks for."""
    return endpoint.settings.key.get_secret_value()


class Peer:
    """One pipeline over one set of passages; built when a reply is not kept yet."""

    def __init__(self, name: str, passages: Sequence[str], endpoint: Endpoint) -> None:
        package, self._build = PEERS[name]
        self._passages, self._endpoint = passages, endpoint
        self._ask: Ask | None = None
        asked = (str(TOP_K), str(ANSWER_TOKENS), endpoint.model)
        parts = (name, version(package), *asked, *passages)
        self._digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def __call__(self, question: str) -> Awaitable[Reply]:
        """The reply, in a thread."""
        return asyncio.to_thread(self._reply, question)

    def _reply(self, question: str) -> Reply:
        with sqlite3.connect(CACHE / "peers.sqlite", timeout=60) as store:
            store.execute("create table if not exists replies (key text primary key, kept text)")
            key = f"{self._digest} {question}"
            kept = store.execute("select kept from replies where key = ?", [key]).fetchone()
        if kept is None:
            self._ask = self._ask or self._build(self._passages, self._endpoint)
            kept = (json.dumps(self._ask(question)),)
            with sqlite3.connect(CACHE / "peers.sqlite", timeout=60) as store:
                store.execute("insert or replace into replies values (?, ?)", [key, kept[0]])
        text, read = json.loads(kept[0])
        return Reply(
            text=text, has_abstained=bool(REFUSAL.search(text)), cited=(), grounds="\n".join(read)
        )
