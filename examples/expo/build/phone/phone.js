/** The app's own modules that need no screen, on the globals of React Native, or with Expo's on top. */
import { events } from "./natives";
import "react-native/Libraries/Core/setUpGlobals";
import "react-native/Libraries/Core/polyfillPromise";
import "react-native/Libraries/Core/setUpXHR";
import "react-native/Libraries/Core/setUpNavigator";
import RCTDeviceEventEmitter from "react-native/Libraries/EventEmitter/RCTDeviceEventEmitter";

events.emit = (name, values) => RCTDeviceEventEmitter.emit(name, values);

const { environment } = globalThis.host;
const ownFetch = globalThis.fetch;
if (environment !== "React Native") require("expo/src/winter/runtime.native");
// As EXPO_PUBLIC_USE_RN_FETCH=1 does when an app is built.
if (environment === "Expo with React Native's fetch") globalThis.fetch = ownFetch;

// Better Auth's Expo plugin does not work with React Native's own URL.
globalThis.phone = environment === "React Native" ? require("@usher-auth/client") : loadApp();

function loadApp() {
  const { authClient } = require("../../src/auth-client");
  const { passwordQuestion } = require("../../src/password-question");
  const { tasksOf } = require("../../src/tasks");
  const { values } = require("expo-secure-store");
  return { authClient, passwordQuestion, tasksOf, stored: () => Object.fromEntries(values) };
}
