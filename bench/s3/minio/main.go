// minio-go as a candidate of bench/s3: worker.hpp says what it is told and what it answers.
package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

const (
	readable = 1000
	most     = 64 // in flight
)

var (
	nextID       atomic.Uint64
	nextReadable atomic.Uint64
)

func record(id uint64) []byte {
	return fmt.Appendf(nil, `{"brandid":%d,"brandname":"Harbour Pets %d","regex":"(?i)^harbour\\b.*\\s*#\\s*\\d+","mccids":[5734,5944,5699,7991],`+
		`"confidence_score":0.%02d,"version":0,"generated_at":"2024-03-28T04:29:46","evaluator_issues":["mcc_mismatch",`+
		`"low \"coverage\"","ambiguous\nname"],"coverage_narratives_matched":0.480294,"coverage_false_positives":0.012772}`+"\n",
		id, id%1000, id%100)
}

func put(client *minio.Client, bucket string) error {
	id := 999_999 + nextID.Add(1)
	body := record(id)
	key := fmt.Sprintf("minio/metadata/brand_%d.json", id)
	_, err := client.PutObject(context.Background(), bucket, key, bytes.NewReader(body), int64(len(body)),
		minio.PutObjectOptions{ContentType: "application/json"})
	return err
}

func get(client *minio.Client, bucket string) error {
	key := fmt.Sprintf("readable/metadata/brand_%d.json", nextReadable.Add(1)%readable)
	object, err := client.GetObject(context.Background(), bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return err
	}
	defer object.Close()
	got, err := io.ReadAll(object)
	if err == nil && len(got) == 0 {
		err = fmt.Errorf("%s came without its bytes", key)
	}
	return err
}

// Calls a second, by so many goroutines at once.
func rate(inFlight int, seconds float64, call func() error) float64 {
	var calls atomic.Uint64
	var running sync.WaitGroup
	begun := time.Now()
	for range inFlight {
		running.Add(1)
		go func() {
			defer running.Done()
			for time.Since(begun).Seconds() < seconds {
				if err := call(); err != nil {
					log.Fatal(err)
				}
				calls.Add(1)
			}
		}()
	}
	running.Wait()
	return float64(calls.Load()) / time.Since(begun).Seconds()
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: minio_s3 ENDPOINT BUCKET")
	}
	transport, err := minio.DefaultTransport(false)
	if err != nil {
		log.Fatal(err)
	}
	transport.MaxIdleConnsPerHost = most // the default keeps 16 connections, and would open the others anew
	client, err := minio.New(strings.TrimPrefix(os.Args[1], "http://"), &minio.Options{
		Creds:        credentials.NewEnvAWS(),
		Region:       "us-east-1",
		BucketLookup: minio.BucketLookupPath,
		Transport:    transport,
	})
	if err != nil {
		log.Fatal(err)
	}
	bucket := os.Args[2]
	calls := map[string]func(*minio.Client, string) error{"put": put, "get": get}
	for told := bufio.NewScanner(os.Stdin); told.Scan(); {
		var what string
		var inFlight int
		var seconds float64
		if _, err := fmt.Sscan(told.Text(), &what, &inFlight, &seconds); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%.2f\n", rate(inFlight, seconds, func() error { return calls[what](client, bucket) }))
	}
}
