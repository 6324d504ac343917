package server

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"imagekit/internal/fault"
	"imagekit/internal/param"
)

// maxFields bounds everything in an upload that is not the file, in bytes.
const maxFields = 64 << 10

// upload answers POST /upload: a multipart form with the picture as "file" and parameters as fields.
func (s *Server) upload(x *exchange) error {
	if x.r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return fault.New(fault.NotAllowed, "/upload does not take forms from other sites")
	}
	if !s.PublicUpload {
		if err := s.trusted(x); err != nil {
			return err
		}
	}
	x.r.Body = http.MaxBytesReader(x, x.r.Body, s.MaxInput+maxFields)
	form, err := x.r.MultipartReader()
	if err != nil {
		return fault.Wrap(fault.BadUpload, err, "want multipart/form-data with a part named file, got %q", x.r.Header.Get("Content-Type"))
	}
	data, fields, err := s.readForm(form)
	if err != nil {
		return err
	}
	query, err := param.NewQuery(fields...)
	if err != nil {
		return err
	}
	p, err := query.Params()
	if err != nil {
		return err
	}
	out, negotiated, err := s.output(x, p)
	if err != nil {
		return err
	}
	result, err := s.Renderer.Upload(x.r.Context(), data, p, out)
	x.times = result.Times
	if err != nil {
		return err
	}
	return s.answer(x, result.Blob, answer{private: true, varies: negotiated})
}

// readForm reads the file and the fields.
func (s *Server) readForm(form *multipart.Reader) (data []byte, fields []param.Pair, err error) {
	left := int64(maxFields)
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, s.uploadFault(err)
		}
		if part.FormName() == "file" {
			if data != nil {
				return nil, nil, fault.New(fault.BadUpload, "file is given twice, want it once")
			}
			if data, err = io.ReadAll(io.LimitReader(part, s.MaxInput+1)); err != nil {
				return nil, nil, s.uploadFault(err)
			}
			if int64(len(data)) > s.MaxInput {
				return nil, nil, s.uploadFault(&http.MaxBytesError{Limit: s.MaxInput})
			}
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return nil, nil, s.uploadFault(err)
		}
		if left -= int64(len(value)) + int64(len(part.FormName())); left < 0 {
			return nil, nil, fault.New(fault.BadUpload, "the fields have more than %d bytes", maxFields)
		}
		fields = append(fields, param.Pair{Name: part.FormName(), Value: string(value)})
	}
	if data == nil {
		return nil, nil, fault.New(fault.BadUpload, "want a part named file, got none")
	}
	return data, fields, nil
}

// uploadFault tells a body over the limit from a broken one.
func (s *Server) uploadFault(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.New(fault.SourceTooLarge, "the file is larger than the %d bytes that IMAGEKIT_MAX_INPUT_SIZE allows", s.MaxInput)
	}
	return fault.Wrap(fault.BadUpload, err, "the form ends early or is malformed")
}
