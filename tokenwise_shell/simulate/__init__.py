"""What `tw simulate` reads and writes around the pure simulation of `tokenwise.simulation.surveys`.

yaml_forms                  how YAML and JSON files become values of the core, with every problem and its path
variant_files world_files   policies and worlds
workload_files adapters     workloads: our own lines, recorded outcomes, our ledger and journals, generated traffic
engines                     the same pieces of work in this process, in several, or through dask
documents tables plots      the report as JSON and CSV, as text, as pictures
"""
