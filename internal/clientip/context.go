package clientip

import "context"

// Context is the context of a request that knows whose it is, for those who share work fairly among clients. It is a
// type and not a value of context.WithValue because that would cost every cached picture an allocation.
type Context struct {
	context.Context
	Client string // as Key returns it
}

type clientKey struct{}

// Value returns the client to Of, and everything else from the context inside.
func (c *Context) Value(key any) any {
	if key == (clientKey{}) {
		return c.Client
	}
	return c.Context.Value(key)
}

// Of returns the client whose request ctx belongs to, "" when nobody said.
func Of(ctx context.Context) string {
	client, _ := ctx.Value(clientKey{}).(string)
	return client
}
