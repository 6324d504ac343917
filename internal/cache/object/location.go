// Package object keeps cache entries and notes of purges in a bucket that speaks the protocol of S3.
package object

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Location says where a bucket is. It holds no credentials.
type Location struct {
	Bucket, Prefix string // the prefix ends with a slash unless it is empty
	Host           string // and port
	Secure         bool
	Region         string // "" = whatever the server says
	PathStyle      bool   // http://host/bucket in place of http://bucket.host
}

// gcs is where Google's store speaks S3, for HMAC keys.
const gcs = "storage.googleapis.com"

// String returns the place for logs.
func (l Location) String() string { return "s3://" + l.Bucket + "/" + l.Prefix + " at " + l.Host }

// Parse reads s3://bucket/prefix?endpoint=…&region=…&path_style=1 and gs://bucket/prefix. Errors say what was wanted; none
// repeats a text that may hold a password.
func Parse(text string) (Location, error) {
	u, err := url.Parse(text)
	if err != nil {
		return Location{}, errors.New("it is no URL")
	}
	if u.User != nil {
		return Location{}, errors.New("want no user or password in it: keys are read from AWS_ACCESS_KEY_ID and " +
			"AWS_SECRET_ACCESS_KEY, the shared file or the instance's role")
	}
	if u.Host == "" || u.Port() != "" || u.Fragment != "" {
		return Location{}, errors.New("want the name of a bucket behind the slashes, as in s3://bucket/prefix")
	}
	l := Location{Bucket: u.Host, Prefix: strings.Trim(u.Path, "/"), Host: "s3.amazonaws.com", Secure: true}
	if l.Prefix != "" {
		l.Prefix += "/"
	}
	if u.Scheme == "gs" {
		l.Host = gcs
	}
	return l, l.options(u)
}

func (l *Location) options(u *url.URL) error {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errors.New("what stands behind the ? cannot be read")
	}
	for name, values := range query {
		value := values[0]
		switch {
		case len(values) > 1:
			return fmt.Errorf("%s is given twice", name)
		case name == "endpoint" && u.Scheme == "s3":
			err = l.endpoint(value)
		case name == "region":
			l.Region = value
		case name == "path_style" && slices.Contains([]string{"0", "1"}, value):
			l.PathStyle = value == "1"
		case name == "path_style":
			err = errors.New("path_style: want 0 or 1")
		default:
			err = errors.New("want endpoint, region and path_style alone behind the ?, and no endpoint with gs://")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *Location) endpoint(text string) error {
	e, err := url.Parse(text)
	if err != nil || e.Scheme != "http" && e.Scheme != "https" || e.Host == "" || e.User != nil ||
		strings.Trim(e.Path, "/") != "" || e.RawQuery != "" {
		return errors.New("endpoint: want http://host:port or https://host:port")
	}
	l.Host, l.Secure = e.Host, e.Scheme == "https"
	return nil
}
