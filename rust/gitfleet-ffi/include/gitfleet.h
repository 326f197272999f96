// GitFleet's native engine. Generated from the Rust source by cbindgen: see rust/README.md.

#ifndef GITFLEET_H
#define GITFLEET_H

#include <stddef.h>
#include <stdint.h>

// Sends requests and collects their outcomes.
typedef struct gf_engine gf_engine;

// The fields of a response to select.
typedef struct gf_projection gf_projection;

// The outcome of one request.
typedef struct gf_completion {
  // The id that gf_submit returned.
  uint64_t id;
  // HTTP status, 0 if no response head arrived.
  uint32_t status;
  // Format of body: 0 the body as received, 1 columns as one JSON array of arrays, 2 binary columns as described
  // by projection::Format in gitfleet-core.
  uint32_t format;
  // Header names in lower case and values in turn, each followed by a NUL; a value may contain any other byte.
  const char *headers;
  // Number of bytes at headers.
  size_t headers_len;
  // The body or columns; after a decoding error the first bytes of the body.
  const char *body;
  // Number of bytes at body.
  size_t body_len;
  // JSON {"code", "message", "byte": int | null, "row": int | null, "field": str | null}; empty on success.
  const char *error;
  // Number of bytes at error.
  size_t error_len;
} gf_completion;

// An array of completions, valid until gf_batch_free.
typedef struct gf_batch {
  // Number of completions.
  size_t len;
  // The first completion.
  const struct gf_completion *items;
} gf_batch;

// Returns the version of this interface. A caller built for another version must not call any other function.
uint32_t gf_abi_version(void);

// Describes this build: static, NUL-terminated JSON with "version", "abi", "rustc", "target", "features".
const char *gf_build_info(void);

// Returns the error of the last call on this thread as NUL-terminated JSON with "code" and "message"; empty if the
// call succeeded. Valid until the next gf_ call on this thread. Calls of gf_engine_close and gf_*_free do not count,
// unless they fail.
const char *gf_last_error(void);

// Compiles a projection: JSON {"at": [key...], "many": bool, "columns": [{"path": [key...], "kind": "str" |
// "int" | "float" | "bool" | "json"}...], "beside": [key...]}, of which "beside" is optional: the values of these
// keys of the document follow the columns, each as a column with one value. Returns NULL on error.
//
// # Safety
// `spec` points to `len` bytes.
struct gf_projection *gf_projection_new(const char *spec,
                                        size_t len);

// Frees a projection. Requests in flight keep their own reference. NULL is allowed.
//
// # Safety
// `projection` is NULL, or was returned by `gf_projection_new` and is not freed yet.
void gf_projection_free(struct gf_projection *projection);

// Frees a batch and all memory that its completions point to. NULL is allowed.
//
// # Safety
// `batch` is NULL, or was returned by `gf_drain` and is not freed yet.
void gf_batch_free(struct gf_batch *batch);

// Validates the configuration of an engine without creating one. Returns 0 if it is valid, or -1 with the error
// that gf_engine_new would report.
//
// # Safety
// `config` points to `len` bytes.
int32_t gf_config_check(const char *config,
                        size_t len);

// Creates an engine from JSON {"verify": bool, "http2": bool}, with "issuers" and "servers" in PEM for a list of
// certificates to trust, and "problem", the reason why both are empty. Returns NULL on error.
// wake_fd is one end of a socket pair, to which the engine writes a byte when there are completions to drain, or
// -1 for none (then use gf_wait). The engine takes ownership of it and closes it, also when this call fails.
//
// # Safety
// `config` points to `len` bytes; `wake_fd` is -1 or an open descriptor that no other code closes.
struct gf_engine *gf_engine_new(const char *config,
                                size_t len,
                                int64_t wake_fd);

// Cancels every request in flight: each completes with "closed" and can still be drained, as do requests submitted
// later. Wakes threads in gf_wait. Safe to repeat. NULL is allowed.
//
// # Safety
// `engine` is NULL, or was returned by `gf_engine_new` and is not freed yet.
void gf_engine_close(struct gf_engine *engine);

// Closes and frees an engine. No other thread may start a call with it; threads that are in gf_wait already are
// woken. NULL is allowed.
//
// # Safety
// `engine` is NULL, or was returned by `gf_engine_new` and is not freed yet.
void gf_engine_free(struct gf_engine *engine);

// Starts a request: JSON {"method", "url", "headers": [[name, value]...], "proxy", "connect_timeout",
// "read_timeout", "max_body"} (timeouts in seconds, max_body in bytes, null for none), its body or NULL, and the
// projection for a successful response or NULL to receive the whole body. Returns the request's id, or 0 on error:
// then nothing was started. read_timeout limits each period of silence of the peer; the first one starts when the
// connection is established, or without a connect_timeout when the request starts.
//
// # Safety
// `request` points to `len` bytes and `body` to `body_len` bytes; `engine` and, unless NULL, `projection` are not
// freed yet.
uint64_t gf_submit(struct gf_engine *engine,
                   const char *request,
                   size_t len,
                   const char *body,
                   size_t body_len,
                   const struct gf_projection *projection);

// Cancels a request immediately. Returns 1 if it was in flight: its connection is abandoned and it completes with
// "cancelled". Returns 0 if it was not in flight any more, -1 on error.
//
// # Safety
// `engine` is not freed yet.
int32_t gf_cancel(struct gf_engine *engine,
                  uint64_t id);

// Returns all completions since the last call, or NULL if there are none.
//
// # Safety
// `engine` is not freed yet.
struct gf_batch *gf_drain(struct gf_engine *engine);

// Blocks for at most timeout_ms milliseconds, or without limit for -1. Returns 1 if there are completions to drain,
// 2 if there are none and the engine is closed, 0 if the timeout expired, -1 on error.
//
// # Safety
// `engine` is not freed yet when this is called; it may be freed while this waits.
int32_t gf_wait(struct gf_engine *engine,
                int64_t timeout_ms);

// For tests. With NULL it panics: it returns 0, and gf_last_error contains the panic's text. With an engine it starts
// a task that panics, and returns its id.
//
// # Safety
// `engine` is NULL or not freed yet.
uint64_t gf_test_panic(struct gf_engine *engine);

#endif  /* GITFLEET_H */
