"""From bytes to a filled workbook: sniff, scan, read. Nothing above this package opens a workbook."""
