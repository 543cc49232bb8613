# SPDX-License-Identifier: MIT
"""WeCom as it calls back: signs and enciphers as developer.work.weixin.qq.com/document/path/90968 says; openssl does the AES."""
import base64
import hashlib
import os
import struct
import subprocess
import time

import requests


class WeCom:
    def __init__(self, url, receiver, token, aes_key):
        self.url, self.receiver, self.token = url, receiver, token
        self.key = base64.b64decode(aes_key + "=")

    def encrypt(self, text):
        inside = os.urandom(16) + struct.pack(">I", len(text.encode())) + text.encode() + self.receiver.encode()
        pad = 32 - len(inside) % 32
        done = subprocess.run(["openssl", "enc", "-aes-256-cbc", "-nopad", "-K", self.key.hex(), "-iv", self.key[:16].hex()],
                              input=inside + bytes([pad]) * pad, capture_output=True, check=True)
        return base64.b64encode(done.stdout).decode()

    def signed(self, encrypted, at=None):
        stamp, nonce = str(int(at or time.time())), os.urandom(5).hex()
        signature = hashlib.sha1("".join(sorted((self.token, stamp, nonce, encrypted))).encode()).hexdigest()
        return {"msg_signature": signature, "timestamp": stamp, "nonce": nonce}

    def verify(self, text="1616140317555161061", **change):
        echo = self.encrypt(text)
        return requests.get(self.url, params={**self.signed(echo), "echostr": echo, **change}, timeout=20)

    def send(self, xml, at=None, **change):
        encrypted = self.encrypt(xml)
        body = f"<xml><ToUserName><![CDATA[{self.receiver}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt><AgentID></AgentID></xml>"
        return requests.post(self.url, params={**self.signed(encrypted, at), **change}, data=body.encode(),
                             headers={"Content-Type": "text/xml"}, timeout=20)

    def contact(self, change, member="zhangsan", external="wmAAAA", state=None, at=None, extra=""):
        said = f"<State><![CDATA[{state}]]></State>" if state is not None else ""
        return (f"<xml><ToUserName><![CDATA[{self.receiver}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>"
                f"<CreateTime>{int(at or time.time())}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
                f"<Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[{change}]]></ChangeType>"
                f"<UserID><![CDATA[{member}]]></UserID><ExternalUserID><![CDATA[{external}]]></ExternalUserID>{said}"
                f"<WelcomeCode><![CDATA[WELCOME]]></WelcomeCode>{extra}</xml>")
