"""What every metric means, in one sentence, for reports."""

from __future__ import annotations

GLOSSARY = {
    "nDCG@10": "How near the first ten documents are to the best possible order; 1 is perfect.",
    "R@5": "Share of the relevant documents that are among the first five.",
    "R@100": "Share of the relevant documents that are among the first hundred.",
    "RR@10": "One over the rank of the first relevant document, 0 where none is among the first ten.",
    "Success@1": "Share of queries whose first document is relevant.",
    "Success@5": "Share of queries with a relevant document among the first five.",
    "nDCG@10 gain over dense": "Mean difference of nDCG@10 to dense search alone, query by query.",
    "nDCG@10 gain over lexical": "Mean difference of nDCG@10 to lexical search alone, query by query.",
    "nDCG@10 gain over fused": "Mean difference of nDCG@10 to fused search without reranking, query by query.",
    "R@5 lost to gold rewrite": "How much less is found than with a person's stand-alone wording; less is better.",
    "correct": "An answerable question cites a right section and says every fact; an unanswerable one meets silence.",
    "section found first": "The first passage found is of a right section.",
    "section found in 3": "One of the first three passages found is of a right section.",
    "section cited": "The answer cites a right section.",
    "facts": "The answer says every fact that it must.",
    "citations in a right section": "Share of the citations of an answer that are of a right section.",
    "citation recall": "Share of an answer's sentences that their citations together support.",
    "citation precision": "Share of an answer's citations that their sentence needs.",
    "exact offsets": "Share of answers whose every quote stands at its offsets in the document.",
    "EM": "The answer equals a gold answer after SQuAD's normalisation; silence where there is none.",
    "F1": "Token overlap of the answer with the best gold answer; 1 for silence where there is none.",
    "answer held": "The answer contains a gold answer as whole words.",
    "answer held if never silent": "The same, with the answers that were kept back for want of confidence.",
    "answer's sentence first": "The sentence that holds a gold answer, at its place, is judged best of its passage.",
    "gold sentence precision": "Share of the cited sentences that people marked as the answer.",
    "gold sentence recall": "Share of the sentences that people marked as the answer that are cited.",
    "gold sentence F1": "Harmonic mean of the two.",
    "gold sentence F1 if never silent": "The same, with the answers that were kept back for want of confidence.",
    "abstention precision": "Share of silences that were right: the question has no answer.",
    "abstention recall": "Share of the questions without an answer that met silence.",
    "balanced accuracy": "Mean of the share of answerable questions answered and of unanswerable ones not.",
    "AUROC": "Chance that an answerable question has more confidence than an unanswerable one; 0.5 is guessing.",
    "AURC": "Mean risk when only the most confident questions are answered, over all shares; less is better.",
    "ECE": "Mean distance of the confidence from the truth, in ten bins; less is better.",
    "judged rightly": "The claim is judged as people judged it (wholly supported or not).",
    "support AUROC": "Chance that a supported claim scores higher than one that is not wholly supported.",
    "support balanced accuracy": "Mean of the shares of supported and of other claims that are judged rightly.",
    "rewrite EM": "The stand-alone question equals a person's, after SQuAD's normalisation.",
    "rewrite F1": "Token overlap of the stand-alone question with a person's.",
    "added terms recall": "Share of the words that a person added to the question that were added.",
    "added terms precision": "Share of the added words that a person added too.",
    "unchanged F1": "Token overlap of the question as asked with a person's rewrite: the floor.",
}
"""Meaning by metric; a slice such as `EM[answerable]` has the meaning of the metric before the bracket."""

COSTS = {
    "latency p50 (s)": "Seconds from question to result, the median.",
    "latency p95 (s)": "Seconds from question to result, of the slowest twentieth the fastest.",
    "words in an answer p50": "Words of an answer that is given, the median.",
    "encoded passages/s": "Passages encoded a second.",
    "peak memory (MiB)": "The most memory that the process held.",
}
"""Meaning of what is measured in seconds, words or MiB, and not in shares."""
