module imagekit

go 1.26.0
