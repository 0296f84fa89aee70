"""Tests of the asyncio room."""
