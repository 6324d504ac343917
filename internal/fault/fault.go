// Package fault lists HOW a request can fail: one table from the kind of error to what the client, the log and
// a retrying proxy see. Handlers return errors; one function answers.
package fault

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Kind is a way to fail. The zero value is Internal, so a forgotten kind is our fault, not the client's.
type Kind uint8

// The kinds, in the order of their status.
const (
	Internal Kind = iota
	BadQuery
	BadParameter
	BadSource
	CropOutside
	OutputTooLarge
	FormatNotAllowed
	BadUpload
	BadSignature
	NotAllowed
	SourceForbidden
	NotFound
	SourceNotFound
	MethodNotAllowed
	Expired
	SourceTooLarge
	TooManyPixels
	TooMuchMemory
	NotAnImage
	UnsupportedFormat
	DamagedImage
	TooFewBytes
	RateLimited
	HeadersTooLarge
	ClientGone
	EngineLacks
	OriginFailed
	Overloaded
	Draining
	NoSecret
	PurgeNotShared
	OriginTimeout
	Timeout
	count
)

// Row says what a kind means outside.
type Row struct {
	Status int
	Code   string        // stable word for programs
	Title  string        // short, the same for every occurrence (RFC 9457)
	Retry  time.Duration // Retry-After; 0 = do not promise anything
	Level  slog.Level
}

var table = [count]Row{
	Internal:          {500, "internal", "Internal error", 0, slog.LevelError},
	BadQuery:          {400, "bad_query", "Malformed query", 0, slog.LevelInfo},
	BadParameter:      {400, "bad_parameter", "Bad parameter", 0, slog.LevelInfo},
	BadSource:         {400, "bad_source_url", "Bad source URL", 0, slog.LevelInfo},
	CropOutside:       {400, "crop_outside", "Crop lies outside the picture", 0, slog.LevelInfo},
	OutputTooLarge:    {400, "output_too_large", "The result would be too large", 0, slog.LevelInfo},
	FormatNotAllowed:  {400, "format_not_allowed", "Output format not allowed", 0, slog.LevelInfo},
	BadUpload:         {400, "bad_upload", "Malformed upload", 0, slog.LevelInfo},
	BadSignature:      {401, "bad_signature", "Signature missing or wrong", 0, slog.LevelInfo},
	NotAllowed:        {403, "not_allowed", "Not allowed", 0, slog.LevelInfo},
	SourceForbidden:   {403, "source_forbidden", "Source not allowed", 0, slog.LevelWarn},
	NotFound:          {404, "not_found", "Page not found", 0, slog.LevelInfo},
	SourceNotFound:    {404, "source_not_found", "The origin does not have this image", 0, slog.LevelInfo},
	MethodNotAllowed:  {405, "method_not_allowed", "Method not allowed", 0, slog.LevelInfo},
	Expired:           {410, "expired", "This URL has expired", 0, slog.LevelInfo},
	SourceTooLarge:    {413, "source_too_large", "The source is too large", 0, slog.LevelInfo},
	TooManyPixels:     {413, "too_many_pixels", "The source has too many pixels", 0, slog.LevelInfo},
	TooMuchMemory:     {413, "too_much_memory", "The image needs too much memory", 0, slog.LevelInfo},
	NotAnImage:        {415, "not_an_image", "Not an image", 0, slog.LevelInfo},
	UnsupportedFormat: {415, "unsupported_format", "Image format not supported", 0, slog.LevelInfo},
	DamagedImage:      {422, "damaged_image", "The image is damaged", 0, slog.LevelInfo},
	TooFewBytes:       {422, "too_few_bytes", "The result does not fit into so few bytes", 0, slog.LevelInfo},
	RateLimited:       {429, "rate_limited", "Too many requests", time.Second, slog.LevelInfo},
	HeadersTooLarge:   {431, "headers_too_large", "Request header fields too large", 0, slog.LevelInfo},
	ClientGone:        {499, "client_gone", "The client closed the connection", 0, slog.LevelInfo},
	EngineLacks:       {501, "engine_lacks", "The engine of this build cannot do this", 0, slog.LevelInfo},
	OriginFailed:      {502, "origin_failed", "The origin cannot be reached or failed", 0, slog.LevelWarn},
	Overloaded:        {503, "overloaded", "Overloaded", time.Second, slog.LevelWarn},
	Draining:          {503, "draining", "Shutting down", time.Second, slog.LevelInfo},
	NoSecret:          {503, "no_secret", "No secret is configured", 0, slog.LevelError},
	PurgeNotShared:    {503, "purge_not_shared", "Purged here alone", 0, slog.LevelWarn},
	OriginTimeout:     {504, "origin_timeout", "The origin took too long", 0, slog.LevelWarn},
	Timeout:           {504, "timeout", "Processing took too long", 0, slog.LevelWarn},
}

// Row returns what the kind means outside.
func (k Kind) Row() Row { return table[k] }

// String returns the kind's code.
func (k Kind) String() string { return table[k].Code }

// Kinds lists every kind, for documentation and tests.
func Kinds() []Kind {
	all := make([]Kind, count)
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// Error is a failure with its kind. Detail is public: it names what was wanted and what was got, never a
// secret, a stack or an internal address. Err is private: it goes to the log.
type Error struct {
	Kind   Kind
	Detail string
	Param  string        // the parameter or field at fault, "" when none is
	Retry  time.Duration // overrides the table's Retry when > 0
	Err    error
	// Passing says that another try may end otherwise, though Kind does not: nobody may remember it.
	Passing bool
	// Part is which source of a job is at fault: 0 = the picture, or none; n = the n-th that is laid over it.
	Part int
}

// New returns an error of this kind with a public detail.
func New(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Detail: fmt.Sprintf(format, args...)}
}

// Wrap returns an error of this kind with a public detail and a private cause.
func Wrap(k Kind, cause error, format string, args ...any) *Error {
	return &Error{Kind: k, Detail: fmt.Sprintf(format, args...), Err: cause}
}

// Error returns kind, detail and cause, for the log.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Kind.String() + ": " + e.Detail
	}
	return e.Kind.String() + ": " + e.Detail + ": " + e.Err.Error()
}

// Unwrap returns the private cause.
func (e *Error) Unwrap() error { return e.Err }

// OfPart returns err as the fault that it is, of a part of a job.
func OfPart(err error, part int) error {
	if err == nil || part == 0 {
		return err
	}
	e := *From(err)
	e.Part = part
	return &e
}

// From finds the fault in a chain of errors. Ends of contexts become Timeout and ClientGone, what this machine has run out
// of Overloaded, everything else without a kind is Internal with a detail that says nothing about the inside.
func From(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return Wrap(Timeout, err, "the time limit of the request is over")
	case errors.Is(err, context.Canceled):
		return Wrap(ClientGone, err, "the request was cancelled")
	case Exhausted(err):
		return Exhaust(err)
	}
	return Wrap(Internal, err, "something went wrong on the server; its log has more under the request id")
}
