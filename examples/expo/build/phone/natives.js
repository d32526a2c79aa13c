/**
 * What the native side of a phone gives to JavaScript: Hermes' globals that are not in ECMAScript, and the native
 * modules of React Native's and Expo's `fetch`, over the host's function `sendRequest`.
 */
const { sendRequest, decodeText, encodeText } = globalThis.host;

const bytesOf = (values) => Uint8Array.from(values);

class TextEncoder {
  encode(text = "") {
    return bytesOf(encodeText(String(text)));
  }
}

class TextDecoder {
  decode(bytes = new Uint8Array()) {
    return decodeText(Array.from(new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset, bytes.byteLength)));
  }
}

/** Bodies of responses, which React Native keeps on the native side. */
const blobs = new Map();
const requests = new Map();

/** Set by phone.js: React Native's emitter, on which the native side reports. */
export const events = { emit: () => {} };

function startRequest(method, url, id, headers, data, responseType, _updates, _timeout, withCredentials) {
  const parts = data.formData?.map(({ string, headers: lines }) => {
    const head = lines.map(([name, value]) => `${name}: ${value}`).join("\r\n");
    return `--part\r\n${head}\r\n\r\n${string}\r\n`;
  });
  const type = parts ? [["content-type", "multipart/form-data; boundary=part"]] : [];
  const body = parts ? `${parts.join("")}--part--\r\n` : (data.string ?? "");
  const sent = { method, url, headers: [...headers, ...type], body, redirect: "follow", withCredentials };
  const report = (name, ...values) => events.emit(name, [id, ...values]);
  const abort = sendRequest(JSON.stringify(sent), (error, answer) => {
    requests.delete(id);
    if (error) return report("didCompleteNetworkResponse", error, false);
    const { status, headers: answered, url: from, bytes } = JSON.parse(answer);
    report("didReceiveNetworkResponse", status, Object.fromEntries(answered), from);
    if (responseType === "blob") {
      blobs.set(String(id), bytes);
      report("didReceiveNetworkData", { blobId: String(id), offset: 0, size: bytes.length });
    } else report("didReceiveNetworkData", decodeText(bytes));
    report("didCompleteNetworkResponse", null, false);
  });
  requests.set(id, abort);
}

const turboModules = {
  Networking: {
    addListener() {},
    removeListeners() {},
    sendRequest: startRequest,
    abortRequest: (id) => requests.get(id)?.(),
  },
  BlobModule: {
    getConstants: () => ({ BLOB_URI_SCHEME: "content", BLOB_URI_HOST: null }),
    addNetworkingHandler() {},
    createFromParts() {},
    release: (id) => blobs.delete(id),
  },
  FileReaderModule: { readAsText: async ({ blobId }) => decodeText(blobs.get(blobId)) },
  PlatformConstants: {
    getConstants: () => ({
      reactNativeVersion: { major: 0, minor: 88, patch: 1 },
      Version: 36,
      Release: "16",
    }),
  },
};

class NativeResponse {
  #listeners = new Map();
  #bytes = [];
  addListener(name, listener) {
    this.#listeners.set(name, listener);
    return { remove: () => this.#listeners.delete(name) };
  }
  finish({ status, headers, url, bytes }) {
    Object.defineProperties(this, {
      _rawHeaders: { value: headers },
      status: { value: status },
      url: { value: url },
    });
    this.#bytes = bytes;
  }
  get redirected() {
    return false;
  }
  get statusText() {
    return "";
  }
  startStreaming = async () => bytesOf(this.#bytes);
  cancelStreaming() {}
  async arrayBuffer() {
    return bytesOf(this.#bytes).buffer;
  }
  async text() {
    return decodeText(this.#bytes);
  }
}

class NativeRequest {
  #response;
  #abort = () => {};
  constructor(response) {
    this.#response = response;
  }
  start(url, { headers, method, redirect, credentials }, body) {
    const text = body === null ? "" : decodeText(Array.from(body));
    const sent = { method, url, headers, body: text, redirect, withCredentials: credentials !== "omit" };
    return new Promise((resolve, reject) => {
      this.#abort = sendRequest(JSON.stringify(sent), (error, answer) => {
        if (error) return reject(new Error(error));
        this.#response.finish(JSON.parse(answer));
        resolve();
      });
    });
  }
  cancel() {
    this.#abort();
  }
}

// Metro adds Expo's streams to every bundle.
if (globalThis.host.environment === "React Native") delete globalThis.ReadableStream;

Object.assign(globalThis, {
  TextEncoder,
  TextDecoder,
  HermesInternal: { hasPromise: () => true },
  RN$Bridgeless: true,
  performance: { now: () => Date.now() },
  __fbBatchedBridgeConfig: { remoteModuleConfig: [] },
  __turboModuleProxy: (name) => turboModules[name],
  expo: { modules: { ExpoFetchModule: { NativeRequest, NativeResponse } } },
});
