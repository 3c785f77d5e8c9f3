#!/bin/sh
docker run --name web registry.example.org/web:1.4.2
