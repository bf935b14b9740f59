"""The checker turned on somebody else's server: what it finds in a stock python-socketio with its Redis manager."""
