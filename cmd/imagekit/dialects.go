package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"imagekit/internal/dialect"
	"imagekit/internal/dialect/cloudflare"
	"imagekit/internal/dialect/imgproxy"
	"imagekit/internal/dialect/next"
	"imagekit/internal/dialect/thumbor"
	"imagekit/internal/settings"
	"imagekit/internal/source"
)

// dialects are the URLs of other servers that are answered, and who reads them.
type dialects struct {
	set      dialect.Set
	imgproxy *imgproxy.Reader // nil: not spoken, as of the others
	thumbor  *thumbor.Reader
	imagor   *thumbor.Reader
}

// newDialects makes the readers that the settings ask for.
func newDialects(s *settings.Settings, secrets settings.Secrets, log *slog.Logger) (dialects, error) {
	var d dialects
	if err := s.CheckDialects(); err != nil {
		return d, usageError{err}
	}
	if s.DialectsUnsigned && len(s.Dialects) > 0 {
		log.Warn("URLs of other servers are answered without a signature (IMAGEKIT_DIALECTS_UNSIGNED=1): anybody "+
			"who can reach this server may ask for any picture of the allowed hosts in any size", "allowed_hosts", s.AllowedHosts)
	}
	for _, wanted := range s.Dialects {
		e := dialect.Entry{Name: wanted.Name, Host: wanted.Host, Prefix: wanted.Prefix}
		e.Query = e.Name == "cloudflare" || e.Name == "next"
		if taken := strings.SplitN(e.Prefix, "/", 3); len(taken) > 1 && slices.Contains(dialect.Ours, taken[1]) {
			return d, usagef("IMAGEKIT_DIALECTS: the paths below %s are the server's own, want another prefix", e.Prefix)
		}
		var err error
		if e.Reader, err = d.reader(wanted.Name, s, secrets); err != nil {
			return d, err
		}
		d.set = append(d.set, e)
	}
	// Those with a path of their own first: without keys imgproxy takes all that is left.
	slices.SortStableFunc(d.set, func(a, b dialect.Entry) int { return cmp.Compare(rank(a), rank(b)) })
	return d, d.checkForms()
}

// checkForms refuses dialects that could not be told apart where neither host nor prefix names one of them.
func (d dialects) checkForms() error {
	forms := map[string]string{}
	for _, e := range d.set {
		form := ""
		switch r := e.Reader.(type) {
		case *imgproxy.Reader:
			form = fmt.Sprint(r.SignatureLen(), false)
		case *thumbor.Reader:
			form = fmt.Sprint(r.SignatureLen())
		}
		form += " " + e.Host + e.Prefix
		if other := forms[form]; other != "" && other != e.Name && e.Name != "cloudflare" && e.Name != "next" {
			return usagef("IMAGEKIT_DIALECTS: signatures of %s and of %s are equally long, so that nobody could tell "+
				"their URLs apart: name one by its host (%s@img.example.com) or a prefix "+
				"(%s:/%s)", other, e.Name, e.Name, e.Name, e.Name)
		}
		forms[form] = e.Name
	}
	return nil
}

func rank(e dialect.Entry) int {
	return slices.Index([]string{"next", "cloudflare", "thumbor", "imagor", "imgproxy"}, e.Name)
}

// reader returns the reader of a dialect: one, wherever it is spoken.
func (d *dialects) reader(name string, s *settings.Settings, secrets settings.Secrets) (dialect.Reader, error) {
	var err error
	switch name {
	case "imgproxy":
		if d.imgproxy == nil {
			d.imgproxy, err = newImgproxy(s, secrets)
		}
		return d.imgproxy, err
	case "thumbor":
		if d.thumbor == nil {
			d.thumbor, err = newThumbor(s, secrets)
		}
		return d.thumbor, err
	case "imagor":
		if d.imagor == nil {
			d.imagor, err = newImagor(s, secrets)
		}
		return d.imagor, err
	case "cloudflare":
		return cloudflare.Reader{Base: base(s)}, nil
	case "next":
		return next.Reader{Base: base(s), Widths: s.Widths, Qualities: s.Qualities}, nil
	}
	return nil, fmt.Errorf("there is no reader for the dialect %s", name)
}

func newImgproxy(s *settings.Settings, secrets settings.Secrets) (*imgproxy.Reader, error) {
	presets, name, err := s.Presets()
	if err != nil {
		return nil, usageError{err}
	}
	r, err := imgproxy.New(imgproxy.Config{
		Keys: imgproxyKeys(secrets), SignatureSize: s.ImgproxySignatureSize, Presets: presets,
		OnlyPresets: s.ImgproxyOnlyPresets, AutoFormat: s.ImgproxyAuto, Base: base(s), FileNames: s.ImgproxyFileNames,
	})
	if err != nil {
		return nil, usagef("%s: %v", name, err)
	}
	return r, nil
}

func newThumbor(s *settings.Settings, secrets settings.Secrets) (*thumbor.Reader, error) {
	return thumbor.New(thumbor.Config{Key: secrets.Thumbor, AutoFormat: s.ThumborAuto, Base: base(s)})
}

func newImagor(s *settings.Settings, secrets settings.Secrets) (*thumbor.Reader, error) {
	return thumbor.New(thumbor.Config{
		Imagor: true, Key: secrets.Imagor, Hash: s.ImagorSigner.Hash, Truncate: s.ImagorSigner.Truncate, AutoFormat: s.ImagorAuto, Base: base(s),
	})
}

func imgproxyKeys(secrets settings.Secrets) []imgproxy.Key {
	keys := make([]imgproxy.Key, len(secrets.Imgproxy))
	for i, k := range secrets.Imgproxy {
		keys[i] = imgproxy.Key(k)
	}
	return keys
}

// base is what sources without a host lie below; "" = they are refused.
func base(s *settings.Settings) string {
	if s.LocalRoot != "" {
		return source.LocalPrefix
	}
	return s.BaseURL
}

// replace gives the readers the keys that are in force now.
func (d dialects) replace(secrets settings.Secrets) {
	if d.imgproxy != nil {
		d.imgproxy.Replace(imgproxyKeys(secrets))
	}
	if d.thumbor != nil {
		d.thumbor.Replace(secrets.Thumbor)
	}
	if d.imagor != nil {
		d.imagor.Replace(secrets.Imagor)
	}
}
