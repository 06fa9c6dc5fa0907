"""How the evidence model is made: public sets in, one small cross-encoder and its model card out."""
