// GitFleet's native engine. Generated from the Rust source by cbindgen: see rust/README.md.

#ifndef GITFLEET_H
#define GITFLEET_H

#include <stddef.h>
#include <stdint.h>

// Sends requests and collects their answers.
typedef struct gf_engine gf_engine;

// Which fields of an answer to keep.
typedef struct gf_projection gf_projection;

// One request's end.
typedef struct gf_completion {
  // What gf_submit returned.
  uint64_t id;
  // HTTP status, 0 when there was no answer.
  uint32_t status;
  // What body is: 0 the body as it came, 1 columns as one JSON array of arrays, 2 binary columns as the engine's
  // projection::Format describes them.
  uint32_t format;
  // Names in lower case and values by turns, with a NUL behind each; a value may hold any other byte.
  const char *headers;
  // Bytes at headers.
  size_t headers_len;
  // The body; after a decoding error its beginning.
  const char *body;
  // Bytes at body.
  size_t body_len;
  // JSON {"code", "message", "byte": int | null, "row": int | null, "field": str | null}; empty for success.
  const char *error;
  // Bytes at error.
  size_t error_len;
} gf_completion;

// Completions, all valid until gf_batch_free.
typedef struct gf_batch {
  // How many there are.
  size_t len;
  // The first of them.
  const struct gf_completion *items;
} gf_batch;

// The version of this interface. A caller made for another one must not go on.
uint32_t gf_abi_version(void);

// About this build: static, NUL-terminated JSON with "version", "abi", "rustc", "target", "features".
const char *gf_build_info(void);

// Why the last call on this thread failed: NUL-terminated JSON with "code" and "message", empty when it did
// not fail. Valid until the next gf_ call on this thread, but for those of gf_engine_close and the gf_*_free,
// which do not count here unless they fail.
const char *gf_last_error(void);

// Compiles a projection: JSON {"at": [key...], "many": bool, "columns": [{"path": [key...], "kind": "str" |
// "int" | "float" | "bool" | "json"}...]}. NULL on error.
//
// # Safety
// `spec` points to `len` bytes.
struct gf_projection *gf_projection_new(const char *spec, size_t len);

// Gives a projection back. Requests in flight keep what they need of it. NULL is fine.
//
// # Safety
// `projection` is NULL or came from `gf_projection_new` and was not freed before.
void gf_projection_free(struct gf_projection *projection);

// Gives a batch back, with everything its completions point to. NULL is fine.
//
// # Safety
// `batch` is NULL or came from `gf_drain` and was not freed before.
void gf_batch_free(struct gf_batch *batch);

// Whether gf_engine_new would take this configuration; starts and keeps nothing. 0: yes. -1: no, with the error
// that it would give.
//
// # Safety
// `config` points to `len` bytes.
int32_t gf_config_check(const char *config,
                        size_t len);

// Makes an engine: config is JSON {"verify": bool, "ca_file": path or null, "http2": bool}. NULL on error.
// wake_fd is one end of a socket pair that gets a byte when there is something to drain, or -1 for none
// (then use gf_wait). The engine owns it from now on, and closes it also when this fails.
//
// # Safety
// `config` points to `len` bytes; `wake_fd` is -1 or an open descriptor nobody else closes.
struct gf_engine *gf_engine_new(const char *config, size_t len, int64_t wake_fd);

// Ends every request in flight: each completes with "closed" and can still be drained, as do those submitted
// later. Wakes who is in gf_wait. Safe to repeat; NULL is fine.
//
// # Safety
// `engine` is NULL or a living engine.
void gf_engine_close(struct gf_engine *engine);

// Closes an engine and gives it back. Nobody may be about to call anything with it; who is in gf_wait
// already is woken. NULL is fine.
//
// # Safety
// `engine` is NULL or came from `gf_engine_new` and was not freed before.
void gf_engine_free(struct gf_engine *engine);

// Starts a request: JSON {"method", "url", "headers": [[name, value]...], "proxy", "connect_timeout",
// "read_timeout", "max_body"} (seconds, bytes, null for none), its body if any, and what to keep of a
// successful answer or NULL for its body as it comes. Returns its id, or 0 on error: then nothing was started.
// read_timeout bounds each silence of the peer, the first from when there is a connection, or with no
// connect_timeout from the start.
//
// # Safety
// `request` and `body` point to as many bytes as said; `engine` lives, and `projection` unless NULL.
uint64_t gf_submit(struct gf_engine *engine,
                   const char *request,
                   size_t len,
                   const char *body,
                   size_t body_len,
                   const struct gf_projection *projection);

// Ends a request at once. 1: it was in flight, its connection is given up, it completes with "cancelled".
// 0: it was not in flight any more. -1: error.
//
// # Safety
// `engine` lives.
int32_t gf_cancel(struct gf_engine *engine, uint64_t id);

// Everything that has completed since the last call, or NULL when nothing has.
//
// # Safety
// `engine` lives.
struct gf_batch *gf_drain(struct gf_engine *engine);

// Blocks for at most timeout_ms milliseconds, -1 for ever. 1: there is something to drain. 2: there is not, and
// the engine is closed. 0: the time is over. -1: error.
//
// # Safety
// `engine` lives when this is called; it may be freed while this waits.
int32_t gf_wait(struct gf_engine *engine,
                int64_t timeout_ms);

// For tests. With NULL it panics, which returns 0 and leaves the panic's text to gf_last_error; with an engine
// it starts a task that panics, and returns its id.
//
// # Safety
// `engine` is NULL or lives.
uint64_t gf_test_panic(struct gf_engine *engine);

#endif  /* GITFLEET_H */
