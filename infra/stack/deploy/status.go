package main

import "context"

func (d *deployment) status(ctx context.Context) error { return nil }
