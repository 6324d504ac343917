package server

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"golang.org/x/sync/semaphore"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/opt"
	"imagekit/internal/param"
	"imagekit/internal/render"
)

// maxForm bounds everything in an upload that is not the file, in bytes: fields, boundaries, headers of parts.
const maxForm = 64 << 10

// upload answers POST /upload: a multipart form with the picture as "file" and parameters as fields.
func (s *Server) upload(x *exchange) error {
	if x.r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return fault.New(fault.NotAllowed, "/upload does not accept forms from other sites")
	}
	if !s.PublicUpload {
		if err := s.trusted(x); err != nil {
			return err
		}
	}
	body := &uploadBody{ReadCloser: http.MaxBytesReader(x.ResponseWriter, x.r.Body, s.MaxInput+maxForm), room: s.uploads}
	defer func() {
		x.read = body.taken
		body.release()
	}()
	x.r.Body = body
	data, fields, err := s.readForm(x)
	if err != nil {
		return err
	}
	query, err := param.NewQuery(fields...)
	if err != nil {
		return err
	}
	params, err := s.Rules.Params(query)
	if err != nil {
		return err
	}
	if s.PublicUpload && params.Watermark.IsURL() {
		if err := s.trusted(x); err != nil { // nobody else may make this server fetch without a signature
			return err
		}
	}
	out, negotiated, err := s.output(x, params.Format)
	if err != nil {
		return err
	}
	if negotiated {
		s.chosen(x, &params)
	}
	result, err := s.fitting(x, out, negotiated, func(out format.Format) (render.Result, error) {
		return s.Renderer.Upload(x.context(), data, params, out)
	})
	x.times = result.Times
	if err != nil {
		return err
	}
	return s.answer(x, result.Blob, terms{private: true, negotiated: negotiated})
}

// uploadBody is the body of an upload. What came of it counts against the memory of all uploads until release: slow
// clients, who cost nothing else, could fill it otherwise.
type uploadBody struct {
	io.ReadCloser
	room  *semaphore.Weighted
	taken int64
}

// Read reads while there is room; then it fails with errNoRoom.
func (b *uploadBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if !b.room.TryAcquire(int64(n)) {
		return 0, errNoRoom
	}
	b.taken += int64(n)
	return n, err
}

func (b *uploadBody) release() { b.room.Release(b.taken) }

var errNoRoom = errors.New("no room for more of the upload")

// readForm reads the file and the fields, in whatever order they come.
func (s *Server) readForm(x *exchange) (file []byte, fields []param.Pair, err error) {
	form, err := x.r.MultipartReader()
	if err != nil {
		return nil, nil, fault.Wrap(fault.BadUpload, err,
			"want multipart/form-data with the picture in a field named file, got %s", opt.Quote(x.r.Header.Get("Content-Type")))
	}
	for {
		part, err := form.NextPart()
		switch {
		case err == io.EOF && file == nil: // wrapped, io.EOF means that the form was cut
			return nil, nil, fault.New(fault.BadUpload, "want the picture in a field named file, got no such field")
		case err == io.EOF:
			return file, fields, nil
		case err != nil:
			return nil, nil, s.brokenForm(err)
		case part.FormName() != "file":
			value, err := s.readField(part)
			if err != nil {
				return nil, nil, err
			}
			fields = append(fields, param.Pair{Name: part.FormName(), Value: value})
		case file != nil:
			return nil, nil, fault.New(fault.BadUpload, "file is given twice, want it once")
		default:
			if file, err = s.readPart(part, s.MaxInput); err != nil {
				return nil, nil, err
			}
		}
	}
}

// readField reads the value of a parameter. A part that is none is refused by its name, before its bytes, which may be
// too many: a picture under another name than file is the commonest mistake.
func (s *Server) readField(part *multipart.Part) (string, error) {
	name := part.FormName()
	if part.FileName() != "" {
		return "", fault.New(fault.BadUpload, "want the picture in a field named file, got it in one named %s",
			opt.Quote(name))
	}
	if err := param.CheckName(name); err != nil {
		return "", err
	}
	value, err := s.readPart(part, maxForm)
	return string(value), err
}

// readPart reads a part of at most limit bytes.
func (s *Server) readPart(part *multipart.Part, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(part, limit+1))
	if err != nil {
		return nil, s.brokenForm(err)
	}
	if int64(len(data)) > limit {
		return nil, s.tooLarge()
	}
	return data, nil
}

// brokenForm tells a body over a limit from a broken one.
func (s *Server) brokenForm(err error) error {
	if errors.Is(err, errNoRoom) {
		return fault.New(fault.Overloaded, "other uploads use all of the memory for uploads (IMAGEKIT_FETCH_BYTES)")
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return s.tooLarge()
	}
	return fault.Wrap(fault.BadUpload, err, "the form is cut short or malformed")
}

func (s *Server) tooLarge() error {
	return fault.New(fault.SourceTooLarge, "want a file of at most %d bytes (IMAGEKIT_MAX_INPUT_SIZE) and %d bytes of "+
		"other fields",
		s.MaxInput, maxForm)
}
