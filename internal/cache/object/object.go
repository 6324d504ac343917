package object

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"imagekit/internal/cache"
)

const (
	// firstByte is how long a read waits for its beginning.
	firstByte = 500 * time.Millisecond
	// roleTime bounds the question to a cloud for the keys of its instance.
	roleTime = 2 * time.Second
	// maxObject bounds what is read, whatever lies there.
	maxObject = 64 << 20
	// entries and notes are the folders below the prefix. That of the entries names the version of their layout, so that
	// programs of two versions do not meet.
	entries = "results-2/"
	notes   = "purges/"
)

// Store is a cache.Store in a bucket. The bucket's lifecycle rules bound it: it neither counts nor evicts.
type Store struct {
	client    *minio.Core
	transport *http.Transport
	where     Location
}

// ErrSetting is what Probe returns, wrapped, for what an operator has to set right: keys, rights, bucket, region.
var ErrSetting = errors.New("the store refuses it")

// Open returns the store. It asks nobody.
func Open(l Location) (*Store, error) {
	dialer := &net.Dialer{Timeout: roleTime, KeepAlive: 15 * time.Second}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, MaxIdleConnsPerHost: 16,
		IdleConnTimeout: time.Minute, TLSHandshakeTimeout: roleTime, DisableCompression: true,
	}
	lookup := minio.BucketLookupAuto
	if l.PathStyle {
		lookup = minio.BucketLookupPath
	}
	role := &credentials.IAM{Client: &http.Client{Timeout: roleTime, Transport: transport}}
	client, err := minio.NewCore(l.Host, &minio.Options{
		Creds: credentials.NewChainCredentials([]credentials.Provider{
			new(credentials.EnvAWS), new(credentials.FileAWSCredentials), role,
		}),
		Secure: l.Secure, Transport: transport, Region: l.Region, BucketLookup: lookup, MaxRetries: 1,
	})
	if err != nil {
		return nil, err
	}
	return &Store{client, transport, l}, nil
}

func (s *Store) name(id cache.ID) string {
	text := id.String()
	return s.where.Prefix + entries + text[:2] + "/" + text
}

// Get implements cache.Store.
func (s *Store) Get(ctx context.Context, id cache.ID) ([]byte, error) {
	return s.read(ctx, s.name(id))
}

func (s *Store) read(ctx context.Context, name string) ([]byte, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	waiting := time.AfterFunc(firstByte, func() { cancel(fmt.Errorf("no answer in %v", firstByte)) })
	defer waiting.Stop()
	body, info, _, err := s.client.GetObject(ctx, s.where.Bucket, name, minio.GetObjectOptions{})
	if err != nil {
		return nil, s.wrap(ctx, err)
	}
	waiting.Stop()
	defer body.Close()
	if info.Size > maxObject {
		return nil, fmt.Errorf("an object of %d bytes, want at most %d", info.Size, maxObject)
	}
	data := bytes.NewBuffer(make([]byte, 0, max(0, info.Size)+bytes.MinRead))
	if _, err = data.ReadFrom(io.LimitReader(body, maxObject)); err != nil {
		return nil, s.wrap(ctx, err)
	}
	return data.Bytes(), nil
}

// Put implements cache.Store: the last writer wins.
func (s *Store) Put(ctx context.Context, id cache.ID, parts ...[]byte) error {
	return s.write(ctx, s.name(id), slices.Concat(parts...))
}

func (s *Store) write(ctx context.Context, name string, data []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// Over plain HTTP a body with its hash comes in pieces that simple stores keep as they are.
	_, err := s.client.Client.PutObject(ctx, s.where.Bucket, name, bytes.NewReader(data), int64(len(data)),
		minio.PutObjectOptions{
			ContentType: "application/octet-stream", DisableContentSha256: true, DisableMultipart: true,
		})
	return s.wrap(ctx, err)
}

// Delete implements cache.Store.
func (s *Store) Delete(ctx context.Context, id cache.ID) error {
	return s.remove(ctx, s.name(id))
}

func (s *Store) remove(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := s.wrap(ctx, s.client.RemoveObject(ctx, s.where.Bucket, name, minio.RemoveObjectOptions{}))
	if errors.Is(err, cache.ErrNotFound) {
		return nil
	}
	return err
}

// Usage implements cache.Store. Nothing is known.
func (s *Store) Usage() cache.Usage { return cache.Usage{} }

// Close implements cache.Store.
func (s *Store) Close() error {
	s.transport.CloseIdleConnections()
	return nil
}

// Probe writes, reads and removes an object. What an operator has to set right is an ErrSetting; any other error says that
// the store cannot be reached now.
func (s *Store) Probe(ctx context.Context) error {
	name, text := s.where.Prefix+"probe-"+rand.Text(), []byte("written by ImageKit to see whether it may")
	err := s.write(ctx, name, text)
	if err == nil {
		var got []byte
		if got, err = s.read(ctx, name); err == nil && !bytes.Equal(got, text) {
			err = fmt.Errorf("%w: it does not give back what was written", ErrSetting)
		}
		err = errors.Join(err, s.remove(ctx, name))
	}
	return err
}

// refusals are the answers, beside 401 and 403, that only an operator can do something about; skewed is about clocks.
var (
	refusals = []string{
		"AuthorizationHeaderMalformed", "InvalidAccessKeyId", "InvalidBucketName", "InvalidToken",
		"NoSuchBucket", "PermanentRedirect", "XAdminUserNotFound",
	}
	skewed = []string{"RequestTimeTooSkewed", "RequestExpired"}
)

// refuses reports whether an answer says that a setting is wrong.
func refuses(e minio.ErrorResponse) bool {
	return slices.Contains(refusals, e.Code) ||
		(e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusForbidden) && !slices.Contains(skewed, e.Code)
}

// wrap makes an error of the client one of the contract.
func (s *Store) wrap(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	answer := minio.ToErrorResponse(err)
	switch {
	case answer.Code == "NoSuchKey":
		return cache.ErrNotFound
	case refuses(answer):
		return fmt.Errorf("%w: %s: %s", ErrSetting, answer.Code, answer.Message)
	}
	return err
}
