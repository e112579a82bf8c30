"""An RTSP camera on GStreamer's server.

Arguments: port, the pipeline that makes `pay0`, and perhaps user, password and the method, basic or digest.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

Gst.init(None)
port, pipeline, *login = sys.argv[1:]
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(pipeline)
factory.set_latency(0)
if login:
    role = "viewer"
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", role)
    user, password, method = login
    if method == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    factory.add_role_from_structure(
        Gst.Structure.from_string(f"{role}, media.factory.access=true, media.factory.construct=true")[0]
    )
server.get_mount_points().add_factory("/video", factory)
if server.attach(None) == 0:
    sys.exit(f"port {port} is taken")
print(f"rtsp://127.0.0.1:{server.get_bound_port()}/video", flush=True)
GLib.MainLoop().run()
