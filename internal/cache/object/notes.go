package object

import (
	"context"
	"strings"

	"github.com/minio/minio-go/v7"
)

// maxNotes bounds one look for notes: what is beyond it is seen by the next.
const maxNotes = 100_000

// Post implements purge.Board: a note is an empty object whose name says it all.
func (s *Store) Post(ctx context.Context, note string) error {
	return s.write(ctx, s.where.Prefix+notes+note, nil)
}

// Since implements purge.Board.
func (s *Store) Since(ctx context.Context, after string) ([]string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the listing when it is left early
	prefix := s.where.Prefix + notes
	var found []string
	for o := range s.client.Client.ListObjects(ctx, s.where.Bucket,
		minio.ListObjectsOptions{Prefix: prefix, StartAfter: prefix + after, Recursive: true}) {
		if o.Err != nil {
			return nil, s.wrap(ctx, o.Err)
		}
		if found = append(found, strings.TrimPrefix(o.Key, prefix)); len(found) == maxNotes {
			break
		}
	}
	return found, nil
}
