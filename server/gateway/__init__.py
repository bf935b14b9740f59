"""Connections: Engine.IO over websocket and polling, and the fan-out to them."""
